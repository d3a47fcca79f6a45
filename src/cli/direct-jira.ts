import type { HttpLimits } from '../kit/http.ts';
import type { Build, Deployment, Gatekeeper, Submitter } from '../kit/jira.ts';
import type { Secret } from '../kit/secret.ts';

/** A Jira Cloud site and the OAuth credential with which it takes builds and deployments. */
export interface JiraTarget {
  /** The site's base address; absent: `cloudId` says which site. */
  siteUrl?: string;
  cloudId?: string;
  /** Atlassian's own when absent. */
  gatewayUrl?: string;
  clientId: string;
  clientSecret: Secret;
  limits?: Partial<HttpLimits>;
}

/** What of Jira a command without a hub needs. */
export interface DirectJiraClient {
  builds: Submitter<Build>;
  deployments: Submitter<Deployment> & Gatekeeper;
}

/** Jira Cloud as a command reaches it without a hub. What it learns of the site it keeps until it is closed. */
export interface DirectJira {
  /**
   * Ready to send: the access token and the cloud id are there, asked for side by side.
   * @throws usage-wrong when INSTANCE and CLOUD_ID name different sites, jira-site-unknown when INSTANCE names none,
   *   and what HTTP throws
   */
  open(): Promise<DirectJiraClient>;
  close(): Promise<void>;
}
