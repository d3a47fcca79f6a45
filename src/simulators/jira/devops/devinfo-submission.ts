import type { z } from 'zod';
import { isObject } from '../route.ts';
import type { Effect, World } from '../world.ts';
import type { DevopsCall, RefuseWith } from './api.ts';
import { collectAssociations, knownIssueTies, sortAssociations } from './associations.ts';
import { branchSchema, commitSchema, pullRequestSchema, repositorySchema } from './devinfo-schema.ts';
import {
  type DevinfoEntities,
  type DevinfoEntityKind,
  devinfoEntityKinds,
  type StoredRepository,
} from './devinfo-store.ts';
import { complaints } from './formats.ts';
import { readSubmission } from './submission.ts';

const schemas: { [K in DevinfoEntityKind]: z.ZodType<DevinfoEntities[K]> } = {
  commits: commitSchema,
  branches: branchSchema,
  pullRequests: pullRequestSchema,
};

const effectKinds = {
  commits: 'commit',
  branches: 'branch',
  pullRequests: 'pullRequest',
} as const satisfies Record<DevinfoEntityKind, Effect['kind']>;

interface EntityError {
  id: string;
  errorMessages: { message: string }[];
}
type RepositoryErrors = { errorMessages?: { message: string }[] } & {
  [K in DevinfoEntityKind]?: EntityError[];
};
type AcceptedIds = { [K in DevinfoEntityKind]?: string[] };

interface Item {
  id: string;
  value: Record<string, unknown>;
}

/** The entities of one kind; each must at least have an id, or its failure could not be reported. */
function itemsOf(repository: Record<string, unknown>, kind: DevinfoEntityKind, refuse: RefuseWith): Item[] {
  const given = repository[kind] === undefined ? [] : repository[kind];
  if (!Array.isArray(given)) throw refuse(400, `'${kind}' must be an array`);
  if (given.length > 400) throw refuse(413, `Data is too large. Submit at most 400 ${kind} of a repository`);
  const items = given.map((value: unknown, index): Item => {
    if (!isObject(value)) throw refuse(400, `'${kind}[${index}]' must be an object`);
    if (typeof value.id !== 'string') throw refuse(400, `'${kind}[${index}].id' is required`);
    return { id: value.id, value };
  });
  refuseDuplicates(items, kind, refuse);
  return items;
}

function refuseDuplicates(items: { id: string }[], name: string, refuse: RefuseWith) {
  const ids = items.map((item) => item.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw refuse(400, `'${name}' must not contain duplicates: ${twice}`);
}

const asMessages = (messages: string[]) => messages.map((message) => ({ message }));

/** Takes a devinfo bulk: stores what is valid, and says of each entity what became of it. */
export function submitDevinfo(world: World, { provider, request }: DevopsCall, refuse: RefuseWith) {
  const submission = readSubmission(request, 'repositories', 100, refuse);
  const { preventTransitions, operationType } = submission.body;
  if (preventTransitions !== undefined && typeof preventTransitions !== 'boolean') {
    throw refuse(400, "'preventTransitions' must be true or false");
  }
  if (operationType !== undefined && operationType !== 'NORMAL' && operationType !== 'BACKFILL') {
    throw refuse(400, "'operationType' must be one of NORMAL, BACKFILL");
  }
  const repositories = submission.items.map((value, index) => {
    if (typeof value.id !== 'string') throw refuse(400, `'repositories[${index}].id' is required`);
    return {
      id: value.id,
      value,
      commits: itemsOf(value, 'commits', refuse),
      branches: itemsOf(value, 'branches', refuse),
      pullRequests: itemsOf(value, 'pullRequests', refuse),
    };
  });
  refuseDuplicates(repositories, 'repositories', refuse);
  const total = repositories.reduce(
    (sum, one) => sum + one.commits.length + one.branches.length + one.pullRequests.length,
    0,
  );
  if (total === 0) throw refuse(400, 'No repositories or development information entities were provided');
  if (total > 1000) throw refuse(413, 'Data is too large. Submit at most 1000 entities in each payload');

  const accepted: Record<string, AcceptedIds> = {};
  const failed: Record<string, RepositoryErrors> = {};
  const unknownIssueKeys = new Set<string>();
  const unknownAssociations = collectAssociations();

  for (const given of repositories) {
    const repository = repositorySchema.safeParse(given.value);
    if (!repository.success) {
      failed[given.id] = { errorMessages: asMessages(complaints(repository.error, given.value)) };
      continue;
    }
    // A repository of which nothing is valid is not made.
    let stored: StoredRepository | undefined;
    const take = <K extends DevinfoEntityKind>(kind: K) => {
      for (const item of given[kind]) {
        const effect = {
          kind: effectKinds[kind],
          key: `${given.id}/${item.id}`,
          sequence: Number(item.value.updateSequenceId),
          at: world.now(),
        };
        const fail = (messages: string[]) => {
          const errors: RepositoryErrors = failed[given.id] ?? {};
          failed[given.id] = errors;
          const list: EntityError[] = errors[kind] ?? [];
          list.push({ id: item.id, errorMessages: asMessages(messages) });
          Object.assign(errors, { [kind]: list });
          world.effects.push({ ...effect, outcome: 'rejected' });
        };
        const parsed = schemas[kind].safeParse(item.value);
        if (!parsed.success) {
          fail(complaints(parsed.error, item.value));
          continue;
        }
        const sorted = sortAssociations(world, provider, parsed.data);
        for (const key of sorted.unknownIssueKeys) unknownIssueKeys.add(key);
        unknownAssociations.add(sorted.unknown);
        if (sorted.issueKeys.length === 0) {
          fail([`No valid issues found for ${effect.kind}`]);
          continue;
        }
        stored ??= world.devinfo.putRepository(provider, repository.data, submission.properties);
        const outcome = world.devinfo.put(stored, kind, {
          data: { ...parsed.data, ...knownIssueTies(sorted) },
          issueKeys: sorted.issueKeys,
          storedAt: world.now(),
        });
        world.effects.push({ ...effect, outcome });
        const ids: AcceptedIds = accepted[given.id] ?? {};
        accepted[given.id] = ids;
        Object.assign(ids, { [kind]: [...(ids[kind] ?? []), item.id] });
      }
    };
    for (const kind of devinfoEntityKinds) take(kind);
  }
  return {
    status: 202,
    body: {
      acceptedDevinfoEntities: accepted,
      failedDevinfoEntities: failed,
      unknownIssueKeys: [...unknownIssueKeys],
      ...(unknownAssociations.list().length > 0 ? { unknownAssociations: unknownAssociations.list() } : {}),
    },
  };
}
