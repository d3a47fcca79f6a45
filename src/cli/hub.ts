/** A running hub. */
export interface Hub {
  /** Where it listens. */
  url: string;
  /** The first administrator's API token: at the first start only. */
  firstToken: string | undefined;
  /** An administrator's API token for a day, when one was asked for. */
  temporaryToken: string | undefined;
  /** Rejects when the hub cannot go on, e.g. because its database is gone for good. */
  failed: Promise<never>;
  /** Takes no more work, ends what runs, closes the database. */
  stop(): Promise<void>;
}

/** What a hub may be asked for at its start. */
export interface HubOptions {
  /** Makes an administrator's API token of this name that ends after a day. */
  temporaryToken?: string;
}
