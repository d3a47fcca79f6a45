import type { TielineError } from '../kit/errors.ts';

/** Every state a delivery can be in. The last six are final. */
export const deliveryStates = [
  'received',
  'queued',
  'sending',
  'delivered',
  'partial',
  'rejected',
  'superseded',
  'skipped',
  'dead',
] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** States after which nothing more happens to a delivery; only a replay makes a new one. */
export const finalStates = ['delivered', 'partial', 'rejected', 'superseded', 'skipped', 'dead'] as const;

/** One message to store. What it holds is decided; what becomes of it the ledger decides. */
export interface NewDelivery {
  direction: 'in' | 'out';
  /** What it carries, e.g. `build`; the handler of that topic sends it. */
  topic: string;
  connectionId: string;
  connectKeyId?: string;
  /**
   * Deliveries of one stream go out one request after the other, and together where the handler can. So all of a
   * stream have one topic and one connection.
   */
  stream: string;
  /** The entity whose states are ordered by the sequence. */
  orderingKey: string;
  /** When the thing happened, by the clock of where it happened; capped when it lies in the future. */
  eventAt: Date;
  /**
   * Set by who knows the order of the entity's states better than clocks do: then it counts as no older than what was posted
   * before it. Otherwise the moments decide.
   */
  inOrder?: boolean;
  /** A line for lists. */
  summary: string;
  issueKeys: string[];
  /** Keys that were given but may not be sent. */
  refusedKeys?: string[];
  /** A second post with this key in this namespace answers with the first one's delivery. Without it each is its own. */
  dedupe?: {
    namespace: string;
    key: string;
    /** A hash that tells contents apart under one key; the body's own when absent. */
    fingerprint?: string;
  };
  /** The payload as JSON text; kept 30 days. */
  body: string;
  /** What its feature will ask the ledger for; kept as long as the delivery itself. */
  facts?: Record<string, string | number | null>;
  /** Set when nothing is to be sent: the delivery is stored as skipped, with this reason. */
  skip?: string;
}

/** What the ledger made of a {@link NewDelivery}. */
export interface AcceptedDelivery {
  id: string;
  state: DeliveryState;
  /** True when the dedupe key was known: `id` is the earlier delivery. */
  duplicate: boolean;
  /** True when the dedupe key was known with another content: a mistake of the sender, and nothing was stored. */
  differs: boolean;
}

/** A delivery as it is shown. */
export interface Delivery {
  id: string;
  direction: 'in' | 'out';
  topic: string;
  connectionId: string | null;
  connectKeyId: string | null;
  stream: string;
  orderingKey: string;
  sequence: number | null;
  eventAt: Date | null;
  summary: string;
  issueKeys: string[];
  refusedKeys: string[];
  state: DeliveryState;
  attempts: number;
  /** Why it is not tried at once; without a moment while its connection is held. */
  waiting: { reason: string; until: Date | null } | null;
  /** What the other side said of this delivery, as the topic's handler put it. */
  answer: unknown;
  error: { code: string; message: string; hint: string } | null;
  replayOf: string | null;
  receivedAt: Date;
  endedAt: Date | null;
}

/** A delivery handed to its topic's handler for sending. */
export interface Sendable {
  id: string;
  connectionId: string;
  topic: string;
  sequence: number;
  issueKeys: string[];
  body: string;
}

/** What became of one delivery in one try. `failed` leaves the rest to the error's own verdict. */
export type SendOutcome =
  | { state: 'delivered' | 'partial' | 'rejected' | 'skipped'; answer: unknown; error?: TielineError }
  | { state: 'failed'; error: TielineError };

/** The outcomes in the order of the deliveries given, and the exchanges with the other side, whole. */
export interface SendResult {
  outcomes: SendOutcome[];
  requests: unknown[];
}

/** What a handler may ask for besides. */
export interface SendContext {
  /** Drains streams at once, in which it has left something that is committed and for which it added no job. */
  wake(streams: Iterable<string>): void;
}

/** Sends the deliveries of one topic. */
export interface TopicHandler {
  topic: string;
  /** The most deliveries handed over at once. */
  limit: number;
  send(deliveries: Sendable[], context: SendContext): Promise<SendResult>;
}
