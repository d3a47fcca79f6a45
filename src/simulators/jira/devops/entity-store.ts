import type { PropertySet } from './property-set.ts';

/** One build or deployment as it is stored now. */
export interface StoredEntity<D> {
  /** Which app or client sent it: each has its own data. */
  provider: string;
  /** The natural key, e.g. pipeline and build number as JSON. */
  id: string;
  sequence: number;
  /** The known ones among those that were sent. */
  issueKeys: string[];
  properties: PropertySet;
  data: D;
  storedAt: Date;
}

/** Builds or deployments in memory, ordered by their sequence numbers. */
export interface EntityStore<D> {
  /** Stores the entity unless the stored sequence is equal or higher. */
  put(entity: StoredEntity<D>): 'stored' | 'stale';
  find(provider: string, id: string): StoredEntity<D> | undefined;
  remove(provider: string, id: string): void;
  removeByProperties(provider: string, pairs: [string, string][]): void;
  list(): StoredEntity<D>[];
}

/** An empty store. */
export function createEntityStore<D>(): EntityStore<D> {
  const entities = new Map<string, StoredEntity<D>>();
  const keyOf = (provider: string, id: string) => JSON.stringify([provider, id]);
  return {
    put(entity) {
      const key = keyOf(entity.provider, entity.id);
      const present = entities.get(key);
      if (present !== undefined && entity.sequence <= present.sequence) return 'stale';
      entities.set(key, entity);
      return 'stored';
    },
    find: (provider, id) => entities.get(keyOf(provider, id)),
    remove(provider, id) {
      entities.delete(keyOf(provider, id));
    },
    removeByProperties(provider, pairs) {
      for (const [key, entity] of entities) {
        if (entity.provider === provider && entity.properties.hasAll(pairs)) entities.delete(key);
      }
    },
    list: () => [...entities.values()],
  };
}
