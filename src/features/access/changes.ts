import { type Kysely, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database, Schema } from '../../database/index.ts';
import type { Actor } from './actors.ts';

/** What was changed, for the audit log. Never a secret. */
export interface ChangeNote {
  /** `subject.done`, e.g. `connection.created`. */
  action: string;
  scope: string;
  subject: { kind: string; id: string; name: string };
  /** What is worth knowing beside it, e.g. which fields changed. */
  details?: Record<string, unknown>;
}

/** One change in the making: everything written with `trx` is there if its notes are, and the other way round. */
export interface Change {
  trx: Kysely<Schema>;
  by: ChangeAuthor;
  now: Date;
  /** Adds a line to the audit log. Every write of a feature makes one. */
  note(note: ChangeNote): Promise<void>;
}

/** Who makes a change: a caller, the hub itself, or somebody who could not sign in. */
export type ChangeAuthor = Pick<Actor, 'id' | 'name'> & {
  kind: Actor['kind'] | 'hub' | 'anonymous';
  token?: { id: string; name: string };
};

/** The hub as the author of what no caller asked for. */
export const hubItself: ChangeAuthor = {
  kind: 'hub',
  id: '00000000-0000-0000-0000-000000000000',
  name: 'the hub',
};

/** Who asked, and from where, as far as it is known. */
export interface ChangeOrigin {
  actor: ChangeAuthor | undefined;
  /** The address from which the request came. */
  ip?: string;
  /** Set once a change of it is committed. */
  changed?: boolean;
}

/** Makes changes: each is one transaction together with its lines in the audit log. */
export interface Changes {
  /**
   * Runs `work` in one transaction and gives its result once it is committed. A request of the API is an origin as it
   * is. After a deadlock the whole of `work` runs again, so it must have no effect outside the database.
   */
  make<T>(origin: ChangeOrigin, work: (change: Change) => Promise<T>): Promise<T>;
}

/** Changes on the database, written down in `audit_log`. */
export function createChanges(database: Database, now: () => Date): Changes {
  return {
    async make(origin, work) {
      const { actor, ip } = origin;
      const result = await database.transaction('change', async (trx) => {
        if (actor === undefined) throw new TypeError('a change without an author');
        const at = now();
        return work({
          trx,
          by: actor,
          now: at,
          async note({ action, scope, subject, details }) {
            await sql`
              insert into audit_log (id, at, actor_kind, actor_id, actor_name, token_id, token_name, address, action,
                scope, subject_kind, subject_id, subject_name, details)
              values (${uuid()}, ${at}, ${actor.kind}, ${actor.id}, ${actor.name}, ${actor.token?.id ?? null},
                ${actor.token?.name ?? null}, ${ip ?? null}, ${action}, ${scope}, ${subject.kind}, ${subject.id},
                ${subject.name}, ${details === undefined ? null : JSON.stringify(details)})`.execute(trx);
          },
        });
      });
      origin.changed = true;
      return result;
    },
  };
}
