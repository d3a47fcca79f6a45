import type { World } from '../world.ts';
import { type DevopsApi, type DevopsCall, taken } from './api.ts';
import { collectAssociations, knownTies, sortAssociations } from './associations.ts';
import { refuseWithList } from './build-routes.ts';
import {
  type DeploymentData,
  type DeploymentKey,
  deploymentKeySchema,
  deploymentSchema,
} from './deployment-schema.ts';
import { complaints } from './formats.ts';
import { readNumberInPath, readNumberQuery, readPropertyQuery, readSubmission } from './submission.ts';

/** A deployment with the associations that the site knows. */
export type StoredDeployment = DeploymentData;

/** The id under which a deployment and its gate are kept. */
export const deploymentId = (key: DeploymentKey) =>
  JSON.stringify([key.pipelineId, key.environmentId, key.deploymentSequenceNumber]);

const path = '/pipelines/:pipelineId/environments/:environmentId/deployments/:deploymentSequenceNumber';

/** The Deployments API 0.1 with its gating status. */
export function createDeploymentsApi(world: World): DevopsApi {
  const refuse = refuseWithList;

  function keyOf(item: Record<string, unknown>, index: number): DeploymentKey {
    const key = deploymentKeySchema.safeParse(item);
    if (!key.success) {
      throw refuse(400, ...complaints(key.error, item).map((line) => `deployments[${index}]: ${line}`));
    }
    const { deploymentSequenceNumber, pipeline, environment } = key.data;
    return { pipelineId: pipeline.id, environmentId: environment.id, deploymentSequenceNumber };
  }

  function submit({ provider, request }: DevopsCall) {
    const submission = readSubmission(request, 'deployments', 100, refuse);
    const keys = submission.items.map(keyOf);
    const acceptedDeployments: DeploymentKey[] = [];
    const rejectedDeployments: { key: DeploymentKey; errors: { message: string }[] }[] = [];
    const unknownIssueKeys = new Set<string>();
    const unknownAssociations = collectAssociations();
    for (const [index, key] of keys.entries()) {
      const item = submission.items[index];
      const effect = {
        kind: 'deployment' as const,
        key: `${key.pipelineId}/${key.environmentId}#${key.deploymentSequenceNumber}`,
        at: world.now(),
      };
      const reject = (...messages: string[]) => {
        rejectedDeployments.push({ key, errors: messages.map((message) => ({ message })) });
        const sequence = Number(item?.updateSequenceNumber);
        world.effects.push({ ...effect, sequence, outcome: 'rejected' });
      };
      const parsed = deploymentSchema.safeParse(item);
      if (!parsed.success) {
        reject(...complaints(parsed.error, item));
        continue;
      }
      const sorted = sortAssociations(world, provider, parsed.data);
      for (const one of sorted.unknownIssueKeys) unknownIssueKeys.add(one);
      unknownAssociations.add(sorted.unknown);
      if (sorted.issueKeys.length === 0 && sorted.services.length === 0) {
        reject('No valid issues found for deployment');
        continue;
      }
      const { issueKeys: _asked, associations: _given, ...rest } = parsed.data;
      const sequence = rest.updateSequenceNumber;
      const id = deploymentId(key);
      const outcome = world.deployments.put({
        provider,
        id,
        sequence,
        issueKeys: sorted.issueKeys,
        properties: submission.properties,
        data: { ...rest, ...knownTies(sorted) },
        storedAt: world.now(),
      });
      const asksForGate = rest.commands?.some((one) => one.command === 'initiate_deployment_gating');
      if (asksForGate && rest.state === 'pending' && sorted.services.length > 0) {
        world.gates.open(JSON.stringify([provider, id]));
      }
      world.effects.push({ ...effect, sequence, outcome });
      acceptedDeployments.push(key);
    }
    return {
      status: 202,
      body: {
        acceptedDeployments,
        rejectedDeployments,
        unknownIssueKeys: [...unknownIssueKeys],
        unknownAssociations: unknownAssociations.list(),
      },
    };
  }

  const keyInPath = ({ request }: DevopsCall): DeploymentKey => ({
    pipelineId: request.parameter('pipelineId'),
    environmentId: request.parameter('environmentId'),
    deploymentSequenceNumber: readNumberInPath(request, 'deploymentSequenceNumber', refuse),
  });

  function gatingStatus(call: DevopsCall) {
    const key = keyInPath(call);
    const id = deploymentId(key);
    const found = world.deployments.find(call.provider, id);
    if (found === undefined) return { status: 404 };
    const gate = world.gates.find(JSON.stringify([call.provider, id]));
    const details = gate === undefined ? [] : found.issueKeys.slice(0, 1);
    return {
      status: 200,
      body: {
        ...key,
        updatedTimestamp: (gate?.updatedAt ?? found.storedAt).toISOString(),
        // A deployment that never asked for a gate has none to wait for.
        gatingStatus: gate?.status ?? 'invalid',
        details: details.map((issueKey) => ({
          type: 'issue',
          issueKey,
          issueLink: `${world.siteUrl()}/browse/${issueKey}`,
        })),
      },
    };
  }

  return {
    kind: 'deployments',
    version: '0.1',
    refuse,
    routes: [
      { method: 'POST', path: '/bulk', scope: 'WRITE', handle: submit },
      {
        method: 'DELETE',
        path: '/bulkByProperties',
        scope: 'DELETE',
        handle({ provider, request }) {
          // Must be a number, but the contract says that it is no longer looked at.
          readNumberQuery(request, '_updateSequenceNumber', refuse);
          world.deployments.removeByProperties(provider, readPropertyQuery(request, refuse));
          return taken;
        },
      },
      {
        method: 'GET',
        path,
        scope: 'READ',
        handle(call) {
          const found = world.deployments.find(call.provider, deploymentId(keyInPath(call)));
          return found === undefined ? { status: 404 } : { status: 200, body: found.data };
        },
      },
      {
        method: 'DELETE',
        path,
        scope: 'DELETE',
        handle(call) {
          readNumberQuery(call.request, '_updateSequenceNumber', refuse);
          world.deployments.remove(call.provider, deploymentId(keyInPath(call)));
          return taken;
        },
      },
      { method: 'GET', path: `${path}/gating-status`, scope: 'READ', handle: gatingStatus },
    ],
  };
}
