import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../database/index.ts';
import type { Place } from '../memory/memory.ts';

/** A webhook that a Jira registered. */
export interface PanelHook {
  id: number;
  url: string;
  createdAt: Date;
}

const columns = sql`id, url, created_at as "createdAt"`;

/** The webhooks that Jira believes to have: remembered so that it finds them again, and never called. */
export function createHookStore(kysely: Kysely<Schema>) {
  return {
    async list({ linkId, repositoryId }: Place): Promise<PanelHook[]> {
      const found = await sql<PanelHook>`
        select ${columns} from panel_hooks
        where link_id = ${linkId}::uuid and repository_id = ${repositoryId} order by id`.execute(kysely);
      return found.rows;
    },
    /** One of the same address that is there already stays as it is. */
    async put({ linkId, repositoryId }: Place, url: string): Promise<PanelHook> {
      const put = await sql<PanelHook>`
        insert into panel_hooks (link_id, repository_id, url) values (${linkId}::uuid, ${repositoryId}, ${url})
        on conflict (link_id, repository_id, url) do update set url = excluded.url returning ${columns}`.execute(
        kysely,
      );
      const [hook] = put.rows;
      if (hook === undefined) throw new TypeError('an insert gave no row');
      return hook;
    },
    /** Whether there was one. */
    async remove({ linkId, repositoryId }: Place, id: number): Promise<boolean> {
      const gone = await sql`
        delete from panel_hooks
        where link_id = ${linkId}::uuid and repository_id = ${repositoryId} and id = ${id} returning 1`.execute(
        kysely,
      );
      return gone.rows.length > 0;
    },
  };
}

export type HookStore = ReturnType<typeof createHookStore>;
