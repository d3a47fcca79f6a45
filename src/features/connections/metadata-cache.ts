import { sql } from 'kysely';
import type { Database } from '../../database/index.ts';
import type { StoredConnection } from './stored-connection.ts';

/** What the other side was asked for, and when. */
export interface Fetched<T> {
  items: T[];
  fetchedAt: Date;
}

/** One question of a form. */
export interface Question<T> {
  connection: Pick<StoredConnection, 'id' | 'revision'>;
  /** Unique for a connection, e.g. `issue-types/MYT`. */
  key: string;
  /** How old an answer may be, in milliseconds. */
  maxAgeMs: number;
  /** Asks the other side whatever is known. */
  refresh: boolean;
  ask(): Promise<T[]>;
}

/** Answers for forms, kept in the database; those from before a change of the settings are not given. */
export interface MetadataCache {
  /** Throws what `ask` throws; then an older answer stays for the next time. One question at a time on a replica. */
  get<T>(question: Question<T>): Promise<Fetched<T>>;
}

/** A cache on the database. */
export function createMetadataCache(database: Database, now: () => Date): MetadataCache {
  const underWay = new Map<string, Promise<Fetched<unknown>>>();

  const find = async <T>({ connection, key, maxAgeMs }: Question<T>): Promise<Fetched<T> | undefined> => {
    const found = await sql<Fetched<T>>`
      select items, fetched_at as "fetchedAt" from connection_metadata
      where connection_id = ${connection.id}::uuid and key = ${key} and revision = ${connection.revision}
        and fetched_at > ${new Date(now().getTime() - maxAgeMs)}`.execute(database.kysely);
    return found.rows[0];
  };
  const fetchAndKeep = async <T>({ connection, key, ask }: Question<T>): Promise<Fetched<T>> => {
    const items = await ask();
    const fetchedAt = now();
    // Nothing is kept for a connection that was deleted meanwhile.
    await sql`
      insert into connection_metadata (connection_id, key, revision, items, fetched_at)
      select id, ${key}, ${connection.revision}, ${JSON.stringify(items)}, ${fetchedAt}
      from connections where id = ${connection.id}::uuid
      on conflict (connection_id, key) do update
        set revision = excluded.revision, items = excluded.items, fetched_at = excluded.fetched_at`.execute(
      database.kysely,
    );
    return { items, fetchedAt };
  };

  return {
    async get<T>(question: Question<T>) {
      const { connection, key, refresh } = question;
      const known = refresh ? undefined : await find(question);
      if (known !== undefined) return known;
      const name = `${connection.id} ${connection.revision} ${key}`;
      const asked =
        (underWay.get(name) as Promise<Fetched<T>> | undefined) ??
        fetchAndKeep(question).finally(() => underWay.delete(name));
      underWay.set(name, asked);
      return asked;
    },
  };
}
