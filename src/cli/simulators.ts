/** Options of a stand-in, as the command line gives them. */
export interface SimulatorOptions {
  /** The product's first one when absent. */
  edition?: string;
  /** Data Center's alone. */
  contextPath?: string;
  release?: string;
  port?: number;
  gatewayPort?: number;
  host?: string;
  /** The text of a seed file. */
  seed?: string;
}

/** What a client needs to be pointed at a simulated Jira Cloud. */
export interface SimulatedSite {
  site: string;
  gateway: string;
  accounts: { email: string; apiToken: string }[];
  clients: { clientId: string; clientSecret: string }[];
}

/** A running stand-in. */
export interface Simulator {
  /** Addresses, accounts, tokens and client credentials, for machines and for people. */
  description: { site: string };
  text: string;
  /** The same of a simulated Jira Cloud, as far as the demo needs it. */
  cloud?: SimulatedSite;
  close(): Promise<void>;
}
