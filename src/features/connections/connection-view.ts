import { z } from 'zod';
import { environmentTypes } from '../../kit/jira.ts';
import { isoDate, nameText, text } from '../../kit/paging.ts';
import { scopeSchema } from '../access/index.ts';
import { usageOf } from '../secrets/index.ts';
import type { StoredConnection } from './stored-connection.ts';

/** The settings of a connection, in bodies and answers. */
export const connectionSettings = z.record(z.string(), z.unknown()).meta({
  description: 'As the connector wants them; a secret is given by reference: `{"secret": "name"}`.',
});

/** Where a connection may be used. */
export const usageScopes = z.array(scopeSchema).min(1).max(100).optional().meta({
  description: 'Where it may be used, within its scope; as far as its secrets may be, when absent.',
});

/** A connection to be made or tested. */
export const wantedConnection = z.strictObject({
  scope: scopeSchema.default('account'),
  name: nameText,
  connector: z.string().max(64).meta({ description: 'The product, e.g. `jira`.' }),
  settings: connectionSettings,
  usageScopes,
});

/** What a test of a connection found. */
export const testReport = z.object({
  ok: z.boolean(),
  outcome: z.enum(['passed', 'limited', 'failed']).optional().meta({
    description: '`limited`: it works, and some permission is missing. Absent from tests of older versions.',
  }),
  product: z.string().optional(),
  account: z.object({ name: z.string(), id: z.string() }).optional(),
  capabilities: z.array(
    z.object({
      capability: z.string(),
      state: z.enum(['ok', 'refused', 'missing', 'not-configured', 'failed']),
      code: z.string().optional().meta({ description: 'Of the error behind it; see docs/errors.md.' }),
      message: z.string(),
      hint: z.string().optional(),
      details: z
        .array(
          z.object({ name: z.string(), project: z.string().optional(), state: z.enum(['ok', 'missing']) }),
        )
        .optional(),
    }),
  ),
  clockSkewMs: z.number().optional(),
  rateLimit: z
    .object({
      limit: z.number().optional(),
      remaining: z.number().optional(),
      reset: z.string().optional(),
      near: z.boolean(),
    })
    .optional(),
  tookMs: z.number(),
});

/** Globs of environment names by type: what the hub goes by when a report gives no type. */
export const environmentRules = z
  .partialRecord(z.enum(environmentTypes), z.array(z.string().trim().min(1).max(255)).max(100))
  .meta({
    description: 'Names of environments by type, as globs: `*` any characters, `?` one; case-blind.',
    examples: [{ production: ['live-*'], staging: ['*-canary'] }],
  });

/** A connection as the API shows it. */
export const connectionView = z.object({
  id: z.string(),
  scope: z.string(),
  name: z.string(),
  connector: z.string(),
  settings: connectionSettings,
  selfService: z.boolean().meta({
    description: 'Whether every token that sees the connection may make connect keys for itself.',
  }),
  environmentRules,
  usageScope: z.array(z.string()).meta({
    description: 'Where it may be used: what was wished for, as far as its secrets may be used there.',
  }),
  problem: z.string().nullable().meta({ description: 'Why it may be used in less than was wished for.' }),
  status: z.enum(['untested', 'passed', 'limited', 'failed', 'held', 'broken']).meta({
    description:
      'By the last test. `broken`: it cannot be opened, e.g. a secret is gone. `held`: its work waits until somebody has repaired it.',
  }),
  statusSince: isoDate,
  hold: z
    .object({ since: isoDate, code: z.string(), message: z.string(), hint: z.string() })
    .nullable()
    .meta({ description: 'Why its work is held. It goes on by itself once a test shows the repair.' }),
  failedChecks: z.number().meta({ description: 'Tests that failed in a row.' }),
  nextCheckAt: isoDate,
  lastTest: testReport.nullable(),
  testedAt: isoDate.nullable(),
  createdAt: isoDate,
  updatedAt: isoDate,
});

/** The path of one connection. */
export const connectionReference = z.strictObject({
  connection: z.string().min(1).max(300).meta({ description: 'The id, or a name such as `account.jira`.' }),
});

/** Shows a connection. A hold outweighs what the test said; that it is broken says why it is held. */
export const viewConnection = (connection: StoredConnection) => {
  const { hold, usageScopes: wished, secretLimits: limits } = connection;
  const usage = usageOf({ usageScopes: wished, limits });
  // No test has to tell first of a secret that was narrowed.
  const status = usage.problem === null ? connection.status : 'broken';
  const held = hold !== null && status !== 'broken';
  return {
    ...connection,
    ...usage,
    status: held ? ('held' as const) : status,
    statusSince: held ? isoTextOf(hold.since) : text(connection.statusSince),
    hold: hold && { ...hold, since: isoTextOf(hold.since) },
    nextCheckAt: text(connection.nextCheckAt),
    testedAt: text(connection.testedAt),
    createdAt: text(connection.createdAt),
    updatedAt: text(connection.updatedAt),
  };
};

/** PostgreSQL's JSON writes a moment with its own offset and microseconds. */
const isoTextOf = (moment: string): string => new Date(moment).toISOString();
