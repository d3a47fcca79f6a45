import { z } from 'zod';
import { devEntityKinds } from '../../../kit/dev-info.ts';
import { isoDate, nameText, text } from '../../../kit/paging.ts';
import type { Backfill, BackfillPart, BackfillSum } from '../backfill/backfill-store.ts';
import { type Link, smartCommitSwitch } from './link-store.ts';
import { hookUrl } from './subscriptions.ts';

const globs = z
  .array(z.string().trim().min(1).max(500))
  .max(200)
  .meta({ description: 'Globs on the full path of a repository: `*` any characters, `?` one; case-blind.' });

/** The path of one link. */
export const linkReference = z.strictObject({
  link: z.string().min(1).max(300).meta({ description: 'The id, or a name such as `account.shop`.' }),
});

/** What may be changed of a link. */
export const linkRules = {
  name: nameText,
  includeRepositories: globs.nullable().default(null),
  excludeRepositories: globs.nullable().default(null),
  projects: z
    .array(
      z
        .string()
        .trim()
        .toUpperCase()
        .regex(/^[A-Z][A-Z0-9_]+$/, 'is not a project key'),
    )
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .meta({ description: 'Jira projects whose issues it may touch; null: all.' }),
  smartCommits: z.enum(smartCommitSwitch).default('auto').meta({
    description:
      'Whether commands in commit messages (#comment, #time, #transition) are carried out. auto: on a self-hosted Jira; Jira Cloud does so itself.',
  }),
};

export const scopePath = z
  .string()
  .trim()
  .overwrite((path) => path.replace(/\/+$/, ''))
  .min(1)
  .max(500)
  .regex(/^[^/\s][^\s]*[^/\s]$|^[^/\s]$/, 'is not a path such as acme/shop');

export const levels = z.enum(['account', 'organization', 'project']);

const problem = z.object({ code: z.string(), message: z.string(), hint: z.string() });

/** A link as the API shows it. */
export const linkView = z.object({
  id: z.string(),
  scope: z.string(),
  name: z.string(),
  hostConnectionId: z.string(),
  jiraConnectionId: z.string(),
  level: levels,
  host: z.string(),
  scopes: z.array(
    z.object({
      path: z.string(),
      webhook: z.enum(['registered', 'missing']),
      problem: problem.nullable(),
    }),
  ),
  includeRepositories: z.array(z.string()).nullable(),
  excludeRepositories: z.array(z.string()).nullable(),
  projects: z.array(z.string()).nullable(),
  smartCommits: z.enum(smartCommitSwitch),
  state: z.enum(['waiting', 'active', 'disconnecting']).meta({
    description:
      'waiting: no webhook has come yet. disconnecting: what it sent is being withdrawn from Jira.',
  }),
  hookUrl: z
    .string()
    .nullable()
    .meta({ description: 'Where the host sends its events; null without a public URL.' }),
  firstHookAt: isoDate.nullable(),
  lastHookAt: isoDate.nullable(),
  createdAt: isoDate,
  updatedAt: isoDate,
});

/** How much of a link Jira shows now. */
export const shownView = z.array(z.object({ kind: z.enum(devEntityKinds), count: z.number() }));

/** Shows a link; the webhook's secret is never part of it. */
export function viewLink(link: Link, publicUrl: string | undefined): z.output<typeof linkView> {
  const state = link.firstHookAt === null ? 'waiting' : 'active';
  const { hookId, scopes, disconnectingSince, smartCommitsSince, rulesChangedAt, ...shown } = link;
  return {
    ...shown,
    scopes: scopes.map(({ path, subscription, problem: found }) => ({
      path,
      webhook: subscription === null ? 'missing' : 'registered',
      problem: found,
    })),
    state: disconnectingSince === null ? state : 'disconnecting',
    hookUrl: publicUrl === undefined ? null : hookUrl(publicUrl, { hookId }),
    firstHookAt: text(link.firstHookAt),
    lastHookAt: text(link.lastHookAt),
    createdAt: text(link.createdAt),
    updatedAt: text(link.updatedAt),
  };
}

const kinds = z.enum(['branches', 'commits', 'pull-requests']);

/** A backfill as the API shows it. */
export const backfillView = z.object({
  id: z.string(),
  since: isoDate.nullable(),
  state: z.enum(['running', 'paused', 'done', 'cancelled']),
  listed: z.boolean().meta({ description: 'Whether all repositories were found.' }),
  problem: problem.nullable(),
  kinds: z.array(
    z.object({
      kind: kinds,
      repositories: z.number(),
      waiting: z.number(),
      failed: z.number(),
      entities: z.number().meta({ description: 'Looked at so far.' }),
      told: z.number().meta({ description: 'Of which Jira was told.' }),
      expected: z.number().meta({ description: 'As many as there are, as far as the host says.' }),
    }),
  ),
  estimatedEndAt: isoDate
    .nullable()
    .meta({ description: 'By its pace so far; null when that says nothing yet.' }),
  failures: z.array(z.object({ repository: z.string(), kind: kinds, problem: problem.nullable() })),
  createdAt: isoDate,
  endedAt: isoDate.nullable(),
});

/** Shows a backfill with its sums and what failed. */
export function viewBackfill(
  backfill: Backfill,
  sums: BackfillSum[],
  failed: BackfillPart[],
  now: Date,
): z.output<typeof backfillView> {
  const { id, since, state, listedAt, problem: found, createdAt, endedAt } = backfill;
  return {
    id,
    since: text(since),
    state,
    listed: listedAt !== null,
    problem: found,
    kinds: sums,
    estimatedEndAt: state === 'running' ? text(estimate(backfill, sums, now)) : null,
    failures: failed.map(({ repository, kind, problem: why }) => ({
      repository: repository.name,
      kind,
      problem: why,
    })),
    createdAt: text(createdAt),
    endedAt: text(endedAt),
  };
}

/** When it will end if it goes on as it did. */
function estimate({ createdAt, listedAt }: Backfill, sums: BackfillSum[], now: Date): Date | null {
  const looked = sums.reduce((sum, { entities }) => sum + entities, 0);
  const expected = sums.reduce((sum, kind) => sum + kind.expected, 0);
  if (listedAt === null || looked === 0) return null;
  const tookMs = now.getTime() - createdAt.getTime();
  return new Date(now.getTime() + (tookMs / looked) * Math.max(0, expected - looked));
}
