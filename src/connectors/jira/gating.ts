import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { type Deployment, type GatedDeployment, type GatingStatus, gatingStates } from '../../kit/jira.ts';
import { readDeploymentsAnswer } from './bulk-answer.ts';
import type { BulkKind } from './bulk-submit.ts';
import { prepareGate } from './deployment-wire.ts';
import { fitId } from './fit-text.ts';
import { deploymentLimits } from './limits.ts';
import type { JiraParts } from './parts.ts';

/** Deployments that ask for a decision, in the bulk requests of deployments. */
export const gatedDeployments: BulkKind<Deployment> = {
  name: 'deployments',
  entitiesPerRequest: deploymentLimits.entities,
  prepare: prepareGate,
  readAnswer: readDeploymentsAnswer,
};

const gatingAnswer = z.object({
  gatingStatus: z.enum(gatingStates),
  updatedTimestamp: z.coerce.date(),
  details: z.array(z.object({ issueKey: z.string(), issueLink: z.string() })).default([]),
});

/** Where the decision stands. Jira Software Cloud REST API, "Get deployment gating status by key". */
export async function readGatingStatus(
  parts: JiraParts,
  { pipelineId, environmentId, deploymentNumber }: GatedDeployment,
): Promise<GatingStatus> {
  const cloudId = encodeURIComponent(await parts.cloudId());
  const [pipeline, environment] = [pipelineId, environmentId].map((id) =>
    encodeURIComponent(fitId(id, deploymentLimits.id)),
  );
  const url = `/jira/deployments/0.1/cloud/${cloudId}/pipelines/${pipeline}/environments/${environment}/deployments/${deploymentNumber}/gating-status`;
  const answer = await parts.getGateway().request({ method: 'GET', url, accept: [404] });
  if (answer.status === 404) {
    throw new TielineError(
      'status-unexpected',
      `Jira shows no deployment ${deploymentNumber} of ${pipelineId} to ${environmentId}`,
      {
        hint: 'Jira takes a deployment before it stores it: ask again. If it lasts, see whether it was rejected.',
        retry: 'soon',
        details: { status: 404, url: answer.url },
      },
    );
  }
  const { data } = gatingAnswer.safeParse(answer.json());
  if (data === undefined) {
    throw new TielineError('answer-unexpected', `${answer.url} tells no gating status that is known`);
  }
  return {
    status: data.gatingStatus,
    updatedAt: data.updatedTimestamp,
    details: data.details.map(({ issueKey, issueLink }) => ({ issueKey, issueUrl: issueLink })),
  };
}
