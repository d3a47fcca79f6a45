import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { maySee, requireRole, scopeSchema, scopesOf } from '../access/index.ts';
import { applyDocuments } from './apply.ts';
import { exportDocuments } from './export.ts';
import { kindNames } from './kinds.ts';
import { labelText } from './labels.ts';
import { planActions } from './plan.ts';
import type { AsCodeParts } from './stores.ts';

/** Files of one apply: as much as the command line reads. */
const bodyLimitBytes = 10 * 1024 * 1024;

const difference = z.object({
  path: z.string(),
  before: z.unknown().meta({ description: 'Null where there was nothing. Never a secret.' }),
  after: z.unknown(),
});

const plan = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      scope: z.string(),
      id: z.string().nullable(),
      action: z.enum(planActions),
      changes: z.array(difference),
      document: z.number().nullable().meta({ description: 'Its place in the request.' }),
      key: z.string().optional().meta({ description: 'The text of a new connect key: in this answer only.' }),
    }),
  ),
  applied: z.boolean(),
  notices: z.array(z.object({ document: z.number().nullable(), message: z.string() })),
});

const exported = z.object({
  documents: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      scope: z.string(),
      labels: z.record(z.string(), z.string()).optional(),
      spec: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** `/api/v1/apply` and `/api/v1/export`: resources as documents. */
export function asCodeRoutes(parts: AsCodeParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v1/apply',
      {
        bodyLimit: bodyLimitBytes,
        config: {
          access: {
            role: 'viewer',
            unaudited: 'what changes nothing leaves no line; every change of it has its own',
          },
        },
        schema: {
          summary: 'Bring resources to what documents say, all of it or nothing',
          description:
            'Each document needs the role that the routes of its kind need. Connections are not tested. See docs/as-code.md.',
          tags: ['as code'],
          body: z.strictObject({
            documents: z
              .array(z.record(z.string(), z.unknown()))
              .max(20_000)
              .meta({
                description: `Each with kind (${kindNames.join(', ')}), name, scope, labels and spec; or a Jira connector of Harness as it is.`,
              }),
            dryRun: z
              .boolean()
              .default(false)
              .meta({ description: 'Say what would be done, and do nothing.' }),
            prune: z
              .strictObject({ label: labelText })
              .optional()
              .meta({ description: 'Delete what bears the label and is in no document.' }),
          }),
          response: { 200: plan },
        },
      },
      async (request) => applyDocuments(parts, request, request.body),
    );

    app.get(
      '/api/v1/export',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Resources as documents that change nothing when they are applied',
          tags: ['as code'],
          querystring: z.strictObject({
            scope: scopeSchema.default('account').meta({ description: 'This scope and those below it.' }),
            kinds: z
              .string()
              .max(300)
              .transform((text) => text.split(','))
              .pipe(z.array(z.enum(kindNames)))
              .optional()
              .meta({ description: 'Only these, with commas between them.' }),
          }),
          response: { 200: exported },
        },
      },
      async ({ actor, query }) => {
        const { scope, kinds } = query;
        // Whoever sees only scopes below sees those.
        if (
          scope !== 'account' &&
          !scopesOf(actor).some((own) => own.startsWith(`${scope}/`)) &&
          !maySee(actor, scope)
        ) {
          requireRole(actor, 'viewer', scope);
        }
        return { documents: await exportDocuments(parts, actor, { scope, kindNames: kinds }) };
      },
    );
  };
}
