import { z } from 'zod';
import { environmentTypes } from '../../kit/jira.ts';
import { isoDate, text } from '../../kit/paging.ts';
import type { StoredConnection } from './connection-store.ts';

/** The settings of a connection, in bodies and answers. */
export const connectionSettings = z.record(z.string(), z.unknown()).meta({
  description: 'As the connector wants them; a secret is given by reference: `{"secret": "name"}`.',
});

/** What a test of a connection found. */
export const testReport = z.object({
  ok: z.boolean(),
  product: z.string().optional(),
  account: z.object({ name: z.string(), id: z.string() }).optional(),
  capabilities: z.array(
    z.object({
      capability: z.string(),
      state: z.enum(['ok', 'refused', 'missing', 'not-configured', 'failed']),
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
  lastTest: testReport.nullable(),
  testedAt: isoDate.nullable(),
  createdAt: isoDate,
  updatedAt: isoDate,
});

/** The path of one connection. */
export const connectionReference = z.strictObject({
  connection: z.string().min(1).max(300).meta({ description: 'The id, or a name such as `account.jira`.' }),
});

/** Shows a connection. */
export const viewConnection = (connection: StoredConnection) => ({
  ...connection,
  testedAt: text(connection.testedAt),
  createdAt: text(connection.createdAt),
  updatedAt: text(connection.updatedAt),
});
