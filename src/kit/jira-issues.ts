import type { FieldSchema } from './jira-metadata.ts';

/** A status of an issue. */
export interface IssueStatus {
  id: string;
  name: string;
}

/** An issue as it was seen at one moment. */
export interface SeenIssue {
  id: string;
  key: string;
  /** Where people see it: base URL, `/browse/`, key. */
  url: string;
  updatedAt: Date;
  /** What was asked for, by the field's key: Jira's own JSON. */
  fields: Record<string, unknown>;
  /** How each field is called and what it holds, by its key. */
  names: Record<string, { name: string; schema: FieldSchema | undefined }>;
  /** Who changed what, newest first; absent unless asked for. Ids, names and display texts are Jira's. */
  changes?: {
    at: Date;
    by: { id: string; displayName: string } | undefined;
    fieldKey: string;
    field: string;
    from: string;
    to: string;
  }[];
}

/** What to read of issues. */
export interface IssueReading {
  /** Keys of fields; undefined: all. */
  fields?: string[];
  /** Whether who changed what is wanted as well. */
  changes?: boolean;
}

/** Which issues to look at. */
export interface IssueLook {
  ids: string[];
  /** Only those that changed in so many milliseconds until now, by Jira's clock; undefined: all, as they are now. */
  withinMs?: number;
  /** Keys of fields; undefined: all. */
  fields?: string[];
}

/** What a look at many issues found. */
export interface SeenIssues {
  issues: SeenIssue[];
  /** Of the ids those that Jira does not show to the account: gone, or out of its sight. */
  unknownIds: string[];
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
  /** An issue as it is now. */
  read(issueKeyOrId: string, reading?: IssueReading): Promise<SeenIssue>;
  /**
   * Looks at many issues by search, up to 1,000 in one. Search knows of a change after seconds or minutes only, so ask for
   * somewhat longer than what has passed. One issue that is gone does not hide the others.
   */
  look(look: IssueLook): Promise<SeenIssues>;
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
