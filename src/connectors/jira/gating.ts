import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { type Deployment, type DeploymentKey, type GatingStatus, gatingStates } from '../../kit/jira.ts';
import { readDeploymentsAnswer } from './bulk-answer.ts';
import type { BulkKind } from './bulk-submit.ts';
import { prepareGate } from './deployment-wire.ts';
import { deploymentAddress } from './held-state.ts';
import { deploymentLimits } from './limits.ts';
import type { JiraParts } from './parts.ts';

/** Deployments that ask for a decision, in the bulk requests of deployments. */
export const gatedDeployments: BulkKind<Deployment> = {
  name: 'deployments',
  entitiesPerRequest: deploymentLimits.entities,
  prepare: prepareGate,
  bodyOf: (deployments) => ({ deployments }),
  readAnswer: readDeploymentsAnswer,
};

const gatingAnswer = z.object({
  gatingStatus: z.enum(gatingStates),
  updatedTimestamp: z.coerce.date(),
  details: z.array(z.object({ issueKey: z.string(), issueLink: z.string() })).default([]),
});

/** Where the decision stands. Jira Software Cloud REST API, "Get deployment gating status by key". */
export async function readGatingStatus(parts: JiraParts, deployment: DeploymentKey): Promise<GatingStatus> {
  const url = `${await deploymentAddress(parts, deployment)}/gating-status`;
  const answer = await parts.getGateway().request({ method: 'GET', url, accept: [404] });
  if (answer.status === 404) {
    const { pipelineId, environmentId, deploymentNumber } = deployment;
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
