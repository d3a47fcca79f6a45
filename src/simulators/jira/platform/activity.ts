import type { SeedAccount } from '../seed.ts';
import type { RichText } from './rich-text.ts';

/** Who alone sees a comment or a worklog. */
export interface Visibility {
  type: 'role' | 'group';
  value: string;
}

export interface Comment {
  id: string;
  author: SeedAccount;
  updateAuthor: SeedAccount;
  body: RichText;
  visibility?: Visibility;
  createdAt: Date;
  updatedAt: Date;
}

export interface Worklog {
  id: string;
  author: SeedAccount;
  comment: RichText | null;
  startedAt: Date;
  seconds: number;
  createdAt: Date;
}

export interface Attachment {
  id: string;
  author: SeedAccount;
  filename: string;
  mimeType: string;
  content: Buffer;
  createdAt: Date;
}

/** One field's change, as histories show it. */
export interface HistoryItem {
  field: string;
  fieldtype: 'jira' | 'custom';
  fieldId: string;
  from: string | null;
  fromString: string | null;
  to: string | null;
  toString: string | null;
}

export interface HistoryEntry {
  id: string;
  author: SeedAccount | undefined;
  at: Date;
  items: HistoryItem[];
}

/** What happened to an issue beside its fields. */
export interface Activity {
  comments: Comment[];
  worklogs: Worklog[];
  attachments: Attachment[];
  /** Account ids. */
  watchers: Set<string>;
  history: HistoryEntry[];
}

/** Nothing happened yet. */
export const createActivity = (): Activity => ({
  comments: [],
  worklogs: [],
  attachments: [],
  watchers: new Set(),
  history: [],
});

/** A link between two issues of the site. */
export interface IssueLink {
  id: string;
  typeId: string;
  /** Ids of issues: "outward blocks inward" is told by the type of the link. */
  inwardIssue: string;
  outwardIssue: string;
}
