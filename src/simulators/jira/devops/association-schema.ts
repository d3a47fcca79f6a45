import { z } from 'zod';
import { list, text } from './formats.ts';

/** Ties to issues: the only ones that builds and development information take. */
export const issueAssociation = z.object({
  associationType: z.enum(['issueKeys', 'issueIdOrKeys']),
  values: list(z.string().regex(/^(?:\w{1,255}-\d{1,255}|\d{1,255})$/, 'must be issue ids or keys'), 1, 500),
});

const services = z.object({ associationType: z.literal('serviceIdOrKeys'), values: list(text(255), 1, 500) });
const commits = z.object({
  associationType: z.literal('commit'),
  values: list(z.object({ commitHash: text(255), repositoryId: text(255) }), 1, 500),
});
const repositories = z.object({
  associationType: z.literal('repository'),
  values: list(z.object({ repositoryId: text(255) }), 1, 500),
});

/** What a deployment may be tied to. */
export const association = z.discriminatedUnion('associationType', [
  issueAssociation,
  services,
  commits,
  repositories,
]);

export type IssueAssociation = z.output<typeof issueAssociation>;
export type Association = z.output<typeof association>;

/** What an entity is tied to: the older `issueKeys`, the newer `associations`, or both. */
export interface Ties {
  issueKeys?: string[] | undefined;
  associations?: Association[] | undefined;
}

/** Refuses an entity that is tied to no issue at all. */
export function requireIssues(ties: Ties, context: z.RefinementCtx) {
  if (ties.issueKeys !== undefined || ties.associations !== undefined) return;
  context.addIssue({ code: 'custom', path: ['issueKeys'], message: 'is required' });
}
