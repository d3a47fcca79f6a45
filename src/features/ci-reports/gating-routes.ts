import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { type DeploymentKey, gatingStates } from '../../kit/jira.ts';
import { idParameter, isoDate, text } from '../../kit/paging.ts';
import type { Delivery, Work } from '../../work/index.ts';
import type { ConnectionStore, JiraClients } from '../connections/index.ts';
import { visibleDelivery } from '../deliveries/index.ts';
import { readDeploymentKey } from './accept-report.ts';

const gatingStatus = z.object({
  status: z.enum(gatingStates).meta({
    description:
      'awaiting, or the decision. invalid: Jira has no gate for it, e.g. because no change management is set up for its services.',
  }),
  updatedAt: isoDate,
  details: z
    .array(z.object({ issueKey: z.string(), issueUrl: z.string() }))
    .meta({ description: 'The requests in which people decide.' }),
});

/** `/api/v1/deliveries/{id}/gating-status`: where the decision on a gated deployment stands at Jira, at this moment. */
export function gatingRoutes(options: {
  work: Pick<Work, 'find'>;
  connections: Pick<ConnectionStore, 'findScope'>;
  jiraClients: JiraClients;
}): FastifyPluginAsyncZod {
  const { work, connections, jiraClients } = options;
  return async (app) => {
    app.get(
      '/api/v1/deliveries/:id/gating-status',
      {
        config: { access: { role: 'viewer', connectKey: true } },
        schema: {
          summary: 'Ask Jira where the decision on a gated deployment stands',
          description:
            'While Jira does not show the deployment, which it takes before it stores it: status-unexpected, to be tried again soon.',
          tags: ['deliveries'],
          params: idParameter,
          response: { 200: gatingStatus },
        },
      },
      async (request) => {
        const { id } = request.params;
        const delivery = await visibleDelivery(connections, request.actor, {
          id,
          delivery: await work.find(id),
        });
        const { connectionId, deployment } = deploymentOf(delivery);
        const client = await jiraClients.get(connectionId);
        const { status, updatedAt, details } = await client.deployments.gatingStatus(deployment);
        return { status, updatedAt: text(updatedAt), details };
      },
    );
  };
}

function deploymentOf({ id, topic, connectionId, orderingKey }: Delivery): {
  connectionId: string;
  deployment: DeploymentKey;
} {
  if (topic === 'deployment' && connectionId !== null) {
    return { connectionId, deployment: readDeploymentKey(orderingKey) };
  }
  const what = topic === 'deployment' ? 'is of a deleted connection' : `is a ${topic}`;
  throw new TielineError('request-invalid', `Delivery ${id} ${what}: there is no decision to ask for`, {
    hint: 'Ask for the decision on a deployment that was reported with gate: true.',
  });
}
