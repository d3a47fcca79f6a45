import type { HookSignature } from './code-host.ts';
import type { Secret } from './secret.ts';

/** What a webhook of Jira tells: of which issue. */
export interface IssueHook {
  /** By Jira's own word, e.g. `jira:issue_updated`. */
  event: string;
  /** Undefined: of no issue. */
  issueId: string | undefined;
}

/** The webhooks of administrators: whoever may administer Jira registers them. */
export interface JiraWebhooks {
  /** How this Jira shows that a webhook is its own. Self-hosted before 10 it cannot: the address must be the secret. */
  signature(): Promise<HookSignature>;
  /**
   * Registers a webhook for changes of issues; the answer goes to {@link unregister}. One of the same address that is
   * there already stays, and with it its secret.
   * @throws remote-forbidden where the account may not, and as a request does
   */
  register(hook: { name: string; url: string; secret: Secret }): Promise<string>;
  /** Removes a webhook; one that is not there any more is no error. */
  unregister(registration: string): Promise<void>;
  /** Pure. @throws hook-invalid for a body that is not Jira's */
  parse(json: unknown): IssueHook;
}
