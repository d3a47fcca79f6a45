import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database, Vault } from '../../../database/index.ts';
import type { HookSignature } from '../../../kit/code-host.ts';
import { Secret } from '../../../kit/secret.ts';

/** What is known of a Jira for which something waits. */
export interface Watch {
  connectionId: string;
  /** The end of the address to which it sends its webhooks. */
  hookId: string;
  /** How it signs them; null until its webhook is about to be registered. */
  signature: HookSignature | null;
  registration: string | null;
  hookProblem: { code: string; message: string; hint: string } | null;
}

/** What is to be done about a webhook. */
export type HookTask = Watch & { task: 'register' | 'remove' };

/** 256 bits: where Jira cannot sign, the address is the secret. */
const secretBytes = 32;
const hour = 60 * 60 * 1_000;
/** A refusal is asked about again so often: somebody may have granted what was lacking. */
const retryEveryMs = hour;
/** Somebody may have removed the webhook at Jira. */
const renewEveryMs = 24 * hour;
const idleForMs = 24 * hour;

const columns = sql`connection_id as "connectionId", hook_id as "hookId", signature, registration,
  hook_problem as "hookProblem"`;
const contextOf = (connectionId: string) => `issue-watch ${connectionId}`;
const ago = (at: Date, ms: number): Date => new Date(at.getTime() - ms);

/** Watches on the database; the webhooks' secrets are sealed by the vault. */
export function createWatchStore({ database, vault }: { database: Database; vault: Vault }) {
  const { kysely } = database;

  const ensure = async (connectionId: string): Promise<void> => {
    const sealed = await vault.seal(
      new Secret(randomBytes(secretBytes).toString('base64url')),
      contextOf(connectionId),
    );
    await sql`
      insert into issue_watches (connection_id, hook_id, sealed_secret)
      select id, ${randomBytes(secretBytes).toString('base64url')}, ${sealed} from connections
      where id = ${connectionId}::uuid on conflict do nothing`.execute(kysely);
  };

  return {
    /** Begins to watch each Jira for which something has come to wait, and notes since when nothing does. */
    async follow(now: Date): Promise<void> {
      const found = await sql<{ id: string }>`
        select id from connections where exists (select from step_waits where connection_id = connections.id)
          and not exists (select from issue_watches where connection_id = connections.id)`.execute(kysely);
      for (const { id } of found.rows) await ensure(id);
      const waits = sql`exists (select from step_waits where connection_id = issue_watches.connection_id)`;
      await sql`update issue_watches set idle_since = case when ${waits} then null else ${now}::timestamptz end
        where (idle_since is null) <> ${waits}`.execute(kysely);
    },
    /** A webhook to register or to remove, which no other replica has been given; undefined: none. */
    async takeTask(now: Date): Promise<HookTask | undefined> {
      const found = await sql<HookTask>`
        with chosen as (
          select connection_id, case when idle_since is null then 'register' else 'remove' end as task
          from issue_watches
          where (idle_since is null
              and (tried_at is null or tried_at <= case when registration is null
                then ${ago(now, retryEveryMs)}::timestamptz else ${ago(now, renewEveryMs)} end))
            or (idle_since <= ${ago(now, idleForMs)} and (tried_at is null or tried_at <= ${ago(now, retryEveryMs)}))
          limit 1 for update skip locked
        )
        update issue_watches set tried_at = ${now} from chosen
        where issue_watches.connection_id = chosen.connection_id
        returning issue_watches.connection_id as "connectionId", hook_id as "hookId", signature, registration,
          hook_problem as "hookProblem", task`.execute(kysely);
      return found.rows[0];
    },
    async find(connectionId: string): Promise<Watch | undefined> {
      const found = await sql<Watch>`
        select ${columns} from issue_watches where connection_id = ${connectionId}::uuid`.execute(kysely);
      return found.rows[0];
    },
    async findByHook(hookId: string): Promise<Watch | undefined> {
      const found = await sql<Watch>`select ${columns} from issue_watches where hook_id = ${hookId}`.execute(
        kysely,
      );
      return found.rows[0];
    },
    async secretOf({ connectionId }: Watch): Promise<Secret> {
      const found = await sql<{ sealed: Buffer }>`
        select sealed_secret as sealed from issue_watches where connection_id = ${connectionId}::uuid`.execute(
        kysely,
      );
      const [row] = found.rows;
      if (row === undefined) throw new TypeError('a watch that is gone');
      return vault.unseal(row.sealed, contextOf(connectionId));
    },
    /** Before the webhook is registered: its first event may come sooner than Jira's answer. */
    async keepSignature({ connectionId }: Watch, signature: HookSignature): Promise<void> {
      await sql`update issue_watches set signature = ${JSON.stringify(signature)}::jsonb
        where connection_id = ${connectionId}::uuid`.execute(kysely);
    },
    async keepRegistration(
      { connectionId }: Watch,
      kept: Pick<Watch, 'registration' | 'hookProblem'>,
    ): Promise<void> {
      const problem = kept.hookProblem === null ? null : JSON.stringify(kept.hookProblem);
      await sql`update issue_watches set registration = ${kept.registration}, hook_problem = ${problem}::jsonb
        where connection_id = ${connectionId}::uuid`.execute(kysely);
    },
    async keepHook({ connectionId }: Watch, at: Date): Promise<void> {
      await sql`update issue_watches set last_hook_at = ${at} where connection_id = ${connectionId}::uuid`.execute(
        kysely,
      );
    },
    /** Keeps what stands in the way of looking, or that nothing does. Gives whether that is news. */
    async keepLookProblem(connectionId: string, code: string | null): Promise<boolean> {
      const found = await sql`
        update issue_watches set look_problem = ${code}
        where connection_id = ${connectionId}::uuid and look_problem is distinct from ${code}
        returning connection_id`.execute(kysely);
      return found.rows.length > 0;
    },
    async remove({ connectionId }: Watch): Promise<void> {
      await sql`delete from issue_watches where connection_id = ${connectionId}::uuid
        and not exists (select from step_waits where connection_id = ${connectionId}::uuid)`.execute(kysely);
    },
  };
}

/** Keeps what is known of each Jira for which something waits. */
export type WatchStore = ReturnType<typeof createWatchStore>;
