import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { BuildKey, DeploymentKey, HeldState } from '../../kit/jira.ts';
import { fitId } from './fit-text.ts';
import { buildLimits, deploymentLimits } from './limits.ts';
import type { JiraParts } from './parts.ts';

/** Somebody waits for these answers, often for many of them: a Jira that hangs must not hold that up for long. */
const patience = { headersTimeoutMs: 5000, bodyTimeoutMs: 5000 };

const heldState = z.object({
  state: z.string(),
  // A 64-bit integer: some servers write such as text.
  updateSequenceNumber: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]),
  lastUpdated: z.coerce.date(),
});

/** What Jira holds of a build; undefined when nothing. Jira Software Cloud REST API, "Get a build by key". */
export async function findBuild(parts: JiraParts, key: BuildKey): Promise<HeldState | undefined> {
  const pipeline = encodeURIComponent(fitId(key.pipelineId, buildLimits.id));
  const api = await apiAddress(parts, 'builds');
  return readHeldState(parts, `${api}/pipelines/${pipeline}/builds/${key.buildNumber}`);
}

/** What Jira holds of a deployment; undefined when nothing. Jira Software Cloud REST API, "Get a deployment by key". */
export async function findDeployment(parts: JiraParts, key: DeploymentKey): Promise<HeldState | undefined> {
  return readHeldState(parts, await deploymentAddress(parts, key));
}

/** The path of one deployment at the gateway, its ids fitted as they were when it was sent. */
export async function deploymentAddress(
  parts: JiraParts,
  { pipelineId, environmentId, deploymentNumber }: DeploymentKey,
): Promise<string> {
  const [pipeline, environment] = [pipelineId, environmentId].map((id) =>
    encodeURIComponent(fitId(id, deploymentLimits.id)),
  );
  const api = await apiAddress(parts, 'deployments');
  return `${api}/pipelines/${pipeline}/environments/${environment}/deployments/${deploymentNumber}`;
}

const apiAddress = async (parts: JiraParts, name: 'builds' | 'deployments'): Promise<string> =>
  `/jira/${name}/0.1/cloud/${encodeURIComponent(await parts.cloudId())}`;

async function readHeldState(parts: JiraParts, url: string): Promise<HeldState | undefined> {
  const answer = await parts.getGateway().request({ method: 'GET', url, accept: [404], limits: patience });
  if (answer.status === 404) return undefined;
  const { data } = heldState.safeParse(answer.json());
  if (data === undefined) {
    throw new TielineError('answer-unexpected', `${answer.url} tells no state and sequence number`);
  }
  return { state: data.state, sequence: data.updateSequenceNumber, lastUpdated: data.lastUpdated };
}
