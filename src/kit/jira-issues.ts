/** A status of an issue. */
export interface IssueStatus {
  id: string;
  name: string;
}

/** Work on an issue. */
export interface NewWorklog {
  /** As Jira writes it: `1w 2d 4h 30m`; how long a week and a day are, Jira decides. */
  spent: string;
  /** Plain text. */
  text: string;
  startedAt: Date;
}

/**
 * What is done on issues, as the connection's account. Texts are plain: Cloud gets them as a document, a self-hosted
 * Jira as wiki text.
 * Every method throws resource-not-found for an issue that the account cannot see, jira-rejected with Jira's words where
 * Jira refuses it, and as a request does.
 */
export interface JiraIssues {
  getStatus(issueKey: string): Promise<IssueStatus>;
  addComment(issueKey: string, text: string): Promise<void>;
  /** The newest comments as plain text, at most 100. */
  listComments(issueKey: string): Promise<string[]>;
  addWorklog(issueKey: string, worklog: NewWorklog): Promise<void>;
  /** What was said with the work on an issue, as plain text. */
  listWorklogTexts(issueKey: string): Promise<string[]>;
  /** Takes an issue through a transition that is open to it. */
  transition(issueKey: string, transitionId: string): Promise<void>;
}
