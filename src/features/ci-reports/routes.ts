import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { buildReport, deploymentReport } from '../../report/schema.ts';
import { reportLimits } from '../../report/wire.ts';
import { deliveryStates, type Work } from '../../work/index.ts';
import { assertIdempotencyKey, type ConnectKeyActor } from '../access/index.ts';
import { deliveryOf, type Report } from './accept-report.ts';
import { findLastDeployment, lastDeployment } from './last-deployment.ts';
import type { Sites } from './sites.ts';

const entityId = z.string().min(1).max(reportLimits.id).meta({ description: 'The id, as it is reported.' });

const accepted = z.object({
  delivery: z
    .string()
    .meta({ description: 'The id under which what becomes of the report can be asked for.' }),
  state: z.enum(deliveryStates),
  duplicate: z
    .boolean()
    .meta({ description: 'True when this report was known; the delivery is the first one.' }),
});

/** Posts of builds and deployments, by connect key. */
export function reportRoutes({ work, sites }: { work: Work; sites: Sites }): FastifyPluginAsyncZod {
  const accept = async (
    request: FastifyRequest,
    given: { id?: string; instance?: string },
    report: Report,
  ): Promise<z.output<typeof accepted>> => {
    const actor = connectKeyOf(request);
    if (given.instance !== undefined) await sites.check(actor.connectionId, given.instance);
    const header = request.headers['idempotency-key'];
    if (typeof header === 'string') assertIdempotencyKey(header);
    const id = given.id ?? (typeof header === 'string' ? header : undefined);
    const taken = await work.post(deliveryOf(report, actor, id));
    if (taken.differs) {
      throw new TielineError(
        'idempotency-key-reused',
        `The id ${id} was used for another report, which is delivery ${taken.id}`,
        { hint: 'Make a new id for each report, and keep it over the retries of that report only.' },
      );
    }
    const { id: delivery, state, duplicate } = taken;
    return { delivery, state, duplicate };
  };

  return async (app) => {
    app.post(
      '/api/v1/builds',
      {
        config: { access: { connectKey: true } },
        schema: {
          summary: 'Report a state of a build',
          description: 'Stored before it is answered; what Jira says of it is on the delivery.',
          tags: ['reports'],
          body: buildReport,
          response: { 202: accepted },
        },
      },
      async (request, reply) => {
        const { id, instance, ...entity } = request.body;
        return reply.status(202).send(await accept(request, { id, instance }, { kind: 'build', entity }));
      },
    );

    app.post(
      '/api/v1/deployments',
      {
        config: { access: { connectKey: true } },
        schema: {
          summary: 'Report a state of a deployment',
          description: 'Stored before it is answered; what Jira says of it is on the delivery.',
          tags: ['reports'],
          body: deploymentReport,
          response: { 202: accepted },
        },
      },
      async (request, reply) => {
        const { id, instance, environment, ...rest } = request.body;
        const { displayName } = environment;
        const type =
          environment.type ??
          (await sites.environmentTypeOf(connectKeyOf(request).connectionId, displayName));
        const entity = { ...rest, environment: { ...environment, type } };
        return reply
          .status(202)
          .send(await accept(request, { id, instance }, { kind: 'deployment', entity }));
      },
    );

    app.get(
      '/api/v1/deployments/last-successful',
      {
        config: { access: { connectKey: true } },
        schema: {
          summary: 'The last successful deployment of a pipeline to an environment',
          description:
            'By its newest state: one that was rolled back since is none. Commits since then are what the next one deploys.',
          tags: ['reports'],
          querystring: z.strictObject({
            pipeline: entityId,
            environment: entityId,
            except: z.coerce.number().int().min(0).optional().meta({
              description: 'The number of the deployment that asks, which may be known already.',
            }),
          }),
          response: { 200: z.object({ deployment: lastDeployment.nullable() }) },
        },
      },
      async (request) => {
        const actor = connectKeyOf(request);
        return { deployment: await findLastDeployment(work, actor, request.query) };
      },
    );
  };
}

function connectKeyOf({ actor }: FastifyRequest): ConnectKeyActor {
  if (actor?.kind !== 'connect-key')
    throw new TielineError('credentials-invalid', 'This needs a connect key');
  return actor;
}
