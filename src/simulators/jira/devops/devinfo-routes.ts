import { Refusal } from '../answer.ts';
import type { World } from '../world.ts';
import { type DevopsApi, type RefuseWith, taken } from './api.ts';
import { type DevinfoEntityKind, devinfoEntityKinds, type StoredRepository } from './devinfo-store.ts';
import { submitDevinfo } from './devinfo-submission.ts';
import { readNumberQuery, readPropertyQuery } from './submission.ts';

const refuse: RefuseWith = (status, ...messages) =>
  new Refusal({ status, body: { errorMessages: messages.map((message) => ({ message })) } });

const kindsInPath = new Map<string, DevinfoEntityKind>([
  ['commit', 'commits'],
  ['branch', 'branches'],
  ['pull_request', 'pullRequests'],
]);

/** The API shows at most so many entities of a repository, the newest. */
const shownEntities = 400;

function show(repository: StoredRepository) {
  const newest = devinfoEntityKinds
    .flatMap((kind) =>
      [...repository.entities[kind].values()].map((entity) => ({
        kind,
        id: entity.data.id,
        at: entity.storedAt.getTime(),
      })),
    )
    .sort((a, b) => b.at - a.at)
    .slice(0, shownEntities);
  const list = (kind: DevinfoEntityKind) =>
    newest.filter((one) => one.kind === kind).map((one) => repository.entities[kind].get(one.id)?.data);
  return {
    ...repository.data,
    commits: list('commits'),
    branches: list('branches'),
    pullRequests: list('pullRequests'),
  };
}

/** The Development Information API 0.10. */
export function createDevinfoApi(world: World): DevopsApi {
  return {
    kind: 'devinfo',
    version: '0.10',
    refuse,
    routes: [
      {
        method: 'POST',
        path: '/bulk',
        scope: 'WRITE',
        handle: (call) => submitDevinfo(world, call, refuse),
      },
      {
        method: 'GET',
        path: '/repository/:repositoryId',
        scope: 'READ',
        handle({ provider, request }) {
          const found = world.devinfo.find(provider, request.parameter('repositoryId'));
          return found === undefined ? { status: 404 } : { status: 200, body: show(found) };
        },
      },
      {
        method: 'DELETE',
        path: '/repository/:repositoryId',
        scope: 'DELETE',
        handle({ provider, request }) {
          const upTo = readNumberQuery(request, '_updateSequenceId', refuse);
          world.devinfo.remove(provider, request.parameter('repositoryId'), upTo);
          return taken;
        },
      },
      {
        method: 'DELETE',
        path: '/repository/:repositoryId/:entityType/:entityId',
        scope: 'DELETE',
        handle({ provider, request }) {
          const kind = kindsInPath.get(request.parameter('entityType'));
          if (kind === undefined) {
            throw refuse(400, `Entity type must be one of ${[...kindsInPath.keys()].join(', ')}`);
          }
          const upTo = readNumberQuery(request, '_updateSequenceId', refuse) ?? Number.POSITIVE_INFINITY;
          const entities = world.devinfo.find(provider, request.parameter('repositoryId'))?.entities[kind];
          const id = request.parameter('entityId');
          const found = entities?.get(id);
          if (found !== undefined && found.data.updateSequenceId <= upTo) entities?.delete(id);
          return taken;
        },
      },
      {
        method: 'DELETE',
        path: '/bulkByProperties',
        scope: 'DELETE',
        handle({ provider, request }) {
          // Must be a number, but the contract says that it is no longer looked at.
          readNumberQuery(request, '_updateSequenceId', refuse);
          world.devinfo.removeByProperties(provider, readPropertyQuery(request, refuse));
          return taken;
        },
      },
      {
        method: 'GET',
        path: '/existsByProperties',
        scope: 'READ',
        handle({ provider, request }) {
          const upTo = readNumberQuery(request, '_updateSequenceId', refuse) ?? Number.POSITIVE_INFINITY;
          const pairs = readPropertyQuery(request, refuse);
          const hasDataMatchingProperties = world.devinfo
            .list()
            .some(
              (one) =>
                one.provider === provider &&
                one.properties.hasAll(pairs) &&
                one.data.updateSequenceId <= upTo,
            );
          return { status: 200, body: { hasDataMatchingProperties } };
        },
      },
    ],
  };
}
