import type { FieldSchema } from '../../../kit/jira-metadata.ts';

const jiras = (code: string) => `com.atlassian.jira.plugin.system.customfieldtypes:${code}`;
const agile = (code: string) => `com.pyxis.greenhopper.jira:${code}`;

/** Custom fields that take something else than their schema says, by Jira's name of their code. */
const byCode: Record<string, string> = {
  [jiras('textarea')]: 'rich-text',
  [jiras('url')]: 'url',
  [jiras('labels')]: 'labels',
  [jiras('cascadingselect')]: 'option-with-child',
  // It shows a list of sprints, and takes the number of one.
  [agile('gh-sprint')]: 'sprint',
  [agile('gh-epic-link')]: 'issue-key',
  'com.atlassian.jpo:jpo-custom-field-parent': 'issue-key',
};

/** The same for Jira's own fields. */
const bySystem: Record<string, string> = {
  description: 'rich-text',
  environment: 'rich-text',
  labels: 'labels',
  parent: 'issuelink',
};

/** What a field takes: the word by which the table of conversions knows it, for each of many where it takes many. */
export interface FieldKind {
  kind: string;
  isMany: boolean;
}

/** What a field takes, from its schema. Parent Link is an `issuelink` or `any`, as the version has it: both are known. */
export function kindOf({ type, items, system, custom }: FieldSchema): FieldKind {
  const own = (custom && byCode[custom]) || (system && bySystem[system]);
  if (own === 'issue-key' && type === 'issuelink') return { kind: 'issuelink', isMany: false };
  if (own) return { kind: own, isMany: own === 'labels' };
  return type === 'array' ? { kind: items ?? 'unknown', isMany: true } : { kind: type, isMany: false };
}

/** Fields that are shown as fields and set in another way, and what to do instead. */
export const setElsewhere: Record<string, string> = {
  attachment: 'Give files as attachments.',
  comment: 'Give the text as comment.',
  'comments-page': 'Give the text as comment.',
  issuelinks: 'Give the issues as links.',
  progress: 'Jira reckons it from the logged work.',
  status: 'Give the status as the one to which the issue is to be taken.',
  votes: 'Jira counts them.',
  watches: 'Give the people as watchers.',
  worklog: 'Log the work by another action.',
};
