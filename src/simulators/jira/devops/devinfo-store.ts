import type { Branch, Commit, PullRequest, RepositoryData } from './devinfo-schema.ts';
import type { PropertySet } from './property-set.ts';

/** The kinds of entities inside a repository, by their names in a bulk body. */
export const devinfoEntityKinds = ['commits', 'branches', 'pullRequests'] as const;
export type DevinfoEntityKind = (typeof devinfoEntityKinds)[number];

/** What each kind holds. */
export interface DevinfoEntities {
  commits: Commit;
  branches: Branch;
  pullRequests: PullRequest;
}

/** An entity as it is stored now. */
export interface StoredDevinfo<D> {
  data: D;
  /** The known ones among those that were sent. */
  issueKeys: string[];
  storedAt: Date;
}

/** A repository as it is stored now. */
export interface StoredRepository {
  provider: string;
  data: RepositoryData;
  properties: PropertySet;
  /** By kind, then by the entity's own id. */
  entities: { [K in DevinfoEntityKind]: Map<string, StoredDevinfo<DevinfoEntities[K]>> };
}

/** Development information in memory, ordered by the sequence ids of each entity. */
export interface DevinfoStore {
  find(provider: string, repositoryId: string): StoredRepository | undefined;
  /** Makes the repository, or updates what is said of it unless that is stale. */
  putRepository(provider: string, data: RepositoryData, properties: PropertySet): StoredRepository;
  put<K extends DevinfoEntityKind>(
    repository: StoredRepository,
    kind: K,
    entity: StoredDevinfo<DevinfoEntities[K]>,
  ): 'stored' | 'stale';
  /** With `upTo`, only what carries that sequence id or a lower one. */
  remove(provider: string, repositoryId: string, upTo?: number): void;
  removeByProperties(provider: string, pairs: [string, string][]): void;
  list(): StoredRepository[];
}

/** An empty store. `equalSequence` says what becomes of an entity that carries the sequence id already stored. */
export function createDevinfoStore(equalSequence: 'replaces' | 'dropped'): DevinfoStore {
  const repositories = new Map<string, StoredRepository>();
  const keyOf = (provider: string, id: string) => JSON.stringify([provider, id]);
  const isStale = (given: number, present: number | undefined) =>
    present !== undefined && (equalSequence === 'replaces' ? given < present : given <= present);

  function removeUpTo(repository: StoredRepository, upTo: number) {
    for (const kind of devinfoEntityKinds) {
      for (const [id, entity] of repository.entities[kind]) {
        if (entity.data.updateSequenceId <= upTo) repository.entities[kind].delete(id);
      }
    }
    const empty = devinfoEntityKinds.every((kind) => repository.entities[kind].size === 0);
    if (empty && repository.data.updateSequenceId <= upTo) {
      repositories.delete(keyOf(repository.provider, repository.data.id));
    }
  }

  return {
    find: (provider, repositoryId) => repositories.get(keyOf(provider, repositoryId)),
    putRepository(provider, data, properties) {
      const key = keyOf(provider, data.id);
      const present = repositories.get(key);
      if (present !== undefined) {
        if (!isStale(data.updateSequenceId, present.data.updateSequenceId)) {
          present.data = data;
          present.properties = properties;
        }
        return present;
      }
      const made: StoredRepository = {
        provider,
        data,
        properties,
        entities: { commits: new Map(), branches: new Map(), pullRequests: new Map() },
      };
      repositories.set(key, made);
      return made;
    },
    put<K extends DevinfoEntityKind>(
      repository: StoredRepository,
      kind: K,
      entity: StoredDevinfo<DevinfoEntities[K]>,
    ) {
      const { id, updateSequenceId } = entity.data;
      const entities: Map<string, StoredDevinfo<DevinfoEntities[K]>> = repository.entities[kind];
      if (isStale(updateSequenceId, entities.get(id)?.data.updateSequenceId)) return 'stale';
      entities.set(id, entity);
      return 'stored';
    },
    remove(provider, repositoryId, upTo) {
      const repository = repositories.get(keyOf(provider, repositoryId));
      if (repository === undefined) return;
      if (upTo === undefined) repositories.delete(keyOf(provider, repositoryId));
      else removeUpTo(repository, upTo);
    },
    removeByProperties(provider, pairs) {
      for (const [key, repository] of repositories) {
        if (repository.provider === provider && repository.properties.hasAll(pairs)) repositories.delete(key);
      }
    },
    list: () => [...repositories.values()],
  };
}
