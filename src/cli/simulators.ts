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
  /** What it shows of code on an issue now. */
  development(issueKey: string): ShownDevelopment;
}

/** Branches, commits and pull requests on an issue, in Jira's words. */
export interface ShownDevelopment {
  branches: string[];
  commits: { id: string; subject: string }[];
  pullRequests: {
    id: string;
    title: string;
    status: string;
    reviewers: { name: string; verdict: string }[];
  }[];
}

/** A simulated code host, as far as the demo needs it. Its people are known by their account's name. */
export interface SimulatedCodeHost {
  site: string;
  /** An administrator's. */
  token: string;
  people: {
    commit(given: {
      repository: string;
      by: string;
      branch: string;
      message: string;
      files: Record<string, string>;
    }): Promise<unknown>;
    /** Gives its number. */
    openPullRequest(given: {
      repository: string;
      by: string;
      title: string;
      source: string;
      reviewers: string[];
    }): Promise<number>;
    review(given: { repository: string; by: string; number: number; decision: 'approved' }): Promise<void>;
    merge(given: {
      repository: string;
      by: string;
      number: number;
      deleteSourceBranch: boolean;
    }): Promise<unknown>;
  };
}

/** A running stand-in. */
export interface Simulator {
  /** Addresses, accounts, tokens and client credentials, for machines and for people. */
  description: { site: string };
  text: string;
  /** The same of a simulated Jira Cloud, as far as the demo needs it. */
  cloud?: SimulatedSite;
  /** The same of a simulated code host. */
  codeHost?: SimulatedCodeHost;
  close(): Promise<void>;
}
