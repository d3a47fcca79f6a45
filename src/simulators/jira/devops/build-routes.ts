import { Refusal } from '../answer.ts';
import type { World } from '../world.ts';
import { type DevopsApi, type DevopsCall, type RefuseWith, taken } from './api.ts';
import { collectAssociations, knownIssueTies, sortAssociations } from './associations.ts';
import { type BuildKey, buildKeySchema, buildSchema } from './build-schema.ts';
import { complaints } from './formats.ts';
import { readNumberInPath, readNumberQuery, readPropertyQuery, readSubmission } from './submission.ts';

/** The error shape of the builds and deployments APIs: a list of messages. */
export const refuseWithList: RefuseWith = (status, ...messages) =>
  new Refusal({ status, body: messages.map((message) => ({ message })) });

const idOf = (key: BuildKey) => JSON.stringify([key.pipelineId, key.buildNumber]);

/** The Builds API 0.1. */
export function createBuildsApi(world: World): DevopsApi {
  const refuse = refuseWithList;

  function submit({ provider, request }: DevopsCall) {
    const submission = readSubmission(request, 'builds', 100, refuse);
    const keys = submission.items.map((item, index) => {
      const key = buildKeySchema.safeParse(item);
      if (key.success) return key.data;
      throw refuse(400, ...complaints(key.error, item).map((line) => `builds[${index}]: ${line}`));
    });
    const acceptedBuilds: BuildKey[] = [];
    const rejectedBuilds: { key: BuildKey; errors: { message: string }[] }[] = [];
    const unknownIssueKeys = new Set<string>();
    const unknownAssociations = collectAssociations();
    for (const [index, key] of keys.entries()) {
      const item = submission.items[index];
      const parsed = buildSchema.safeParse(item);
      const effect = { kind: 'build' as const, key: `${key.pipelineId}#${key.buildNumber}`, at: world.now() };
      const reject = (...messages: string[]) => {
        rejectedBuilds.push({ key, errors: messages.map((message) => ({ message })) });
        const sequence = Number(item?.updateSequenceNumber);
        world.effects.push({ ...effect, sequence, outcome: 'rejected' });
      };
      if (!parsed.success) {
        reject(...complaints(parsed.error, item));
        continue;
      }
      const sorted = sortAssociations(world, provider, parsed.data);
      for (const one of sorted.unknownIssueKeys) unknownIssueKeys.add(one);
      unknownAssociations.add(sorted.unknown);
      if (sorted.issueKeys.length === 0) {
        reject('No valid issues found for build');
        continue;
      }
      const sequence = parsed.data.updateSequenceNumber;
      const outcome = world.builds.put({
        provider,
        id: idOf(key),
        sequence,
        issueKeys: sorted.issueKeys,
        properties: submission.properties,
        data: { ...parsed.data, ...knownIssueTies(sorted) },
        storedAt: world.now(),
      });
      world.effects.push({ ...effect, sequence, outcome });
      acceptedBuilds.push(key);
    }
    return {
      status: 202,
      body: {
        acceptedBuilds,
        rejectedBuilds,
        unknownIssueKeys: [...unknownIssueKeys],
        ...(unknownAssociations.list().length > 0 ? { unknownAssociations: unknownAssociations.list() } : {}),
      },
    };
  }

  const idInPath = ({ request }: DevopsCall) =>
    idOf({
      pipelineId: request.parameter('pipelineId'),
      buildNumber: readNumberInPath(request, 'buildNumber', refuse),
    });

  return {
    kind: 'builds',
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
          world.builds.removeByProperties(provider, readPropertyQuery(request, refuse));
          return taken;
        },
      },
      {
        method: 'GET',
        path: '/pipelines/:pipelineId/builds/:buildNumber',
        scope: 'READ',
        handle(call) {
          const found = world.builds.find(call.provider, idInPath(call));
          return found === undefined ? { status: 404 } : { status: 200, body: found.data };
        },
      },
      {
        method: 'DELETE',
        path: '/pipelines/:pipelineId/builds/:buildNumber',
        scope: 'DELETE',
        handle(call) {
          readNumberQuery(call.request, '_updateSequenceNumber', refuse);
          world.builds.remove(call.provider, idInPath(call));
          return taken;
        },
      },
    ],
  };
}
