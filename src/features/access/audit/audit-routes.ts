import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { cursorOf, isoDate, pageOf, pageQuery, text } from '../../../kit/paging.ts';
import { type Actor, scopesOf } from '../actors.ts';
import { type AuditFilter, type AuditLine, listAudit, readAudit } from './audit-log.ts';

const lineView = z.object({
  id: z.string(),
  at: isoDate,
  actor: z.object({
    kind: z.string(),
    id: z.string(),
    name: z.string(),
    token: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'The API token by which it was done, where it is not the actor itself.' }),
  }),
  address: z.string().nullable().meta({ description: 'From where the request came.' }),
  action: z.string().meta({ description: '`subject.done`.', examples: ['connection.created'] }),
  scope: z.string(),
  subject: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  details: z.record(z.string(), z.unknown()).nullable(),
});

const filterText = z.string().min(1).max(300).optional();
const filterQuery = z.strictObject({
  subjectKind: filterText.meta({ description: 'E.g. connection, secret, user.' }),
  subject: filterText.meta({ description: 'The id or the name of what was changed.' }),
  actor: filterText.meta({ description: 'The id or the name of who did it.' }),
  action: filterText.meta({ description: 'E.g. connection.created.' }),
  from: isoDate.optional().meta({ description: 'Lines of this moment and later.' }),
  to: isoDate.optional().meta({ description: 'Lines before this moment.' }),
});

const filterOf = (
  actor: Actor | undefined,
  { from, to, ...rest }: z.infer<typeof filterQuery>,
): AuditFilter => ({
  ...rest,
  within: scopesOf(actor, 'administrator'),
  ...(from === undefined ? {} : { from: new Date(from) }),
  ...(to === undefined ? {} : { to: new Date(to) }),
});

const view = (line: AuditLine) => ({ ...line, at: text(line.at) });

/** `/api/v1/audit`: who changed what. It is read and never written here. */
export function auditRoutes({ database }: { database: Database }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/audit',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'List lines of the audit log',
          tags: ['audit'],
          querystring: filterQuery.extend({
            ...pageQuery.shape,
            order: z.enum(['newest', 'oldest']).default('newest'),
          }),
          response: { 200: pageOf(lineView) },
        },
      },
      async ({ actor, query }) => {
        const { cursor, limit, order, ...filter } = query;
        const page = await listAudit(database, filterOf(actor, filter), { order, after: cursor, limit });
        return { items: page.map(view), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/audit/export',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'The audit log as JSON lines, oldest first, all of it',
          tags: ['audit'],
          querystring: filterQuery,
          response: {
            200: {
              description: 'One JSON object a line.',
              // It is sent as a stream, and never as the text that it is to the reader.
              content: { 'application/x-ndjson': { schema: z.unknown().meta({ type: 'string' }) } },
            },
          },
        },
      },
      async ({ actor, query }, reply) => {
        const lines = readAudit(database, filterOf(actor, query));
        async function* texts() {
          for await (const line of lines) yield `${JSON.stringify(view(line))}\n`;
        }
        return reply
          .type('application/x-ndjson')
          .header('content-disposition', 'attachment; filename="tieline-audit.jsonl"')
          .send(Readable.from(texts()));
      },
    );
  };
}
