import { type Kysely, sql } from 'kysely';
import type { Database, Schema } from '../../../database/index.ts';
import type { NewWait } from './waits.ts';

/** A wait whose time to be looked at has come, taken by this replica. */
export interface DueWait {
  stepId: string;
  issueId: string;
  issueKey: string;
  /** Undefined: all. */
  fields: string[] | undefined;
  everyMs: number;
  /** Every change until then is known. */
  lookedAt: Date;
  /** Of the issue as the step was last woken with it; null: never. */
  fingerprint: string | null;
  isOver: boolean;
  isHooked: boolean;
  isAskedFor: boolean;
  isFullDue: boolean;
}

/** What came of a look. */
export interface Looked {
  stepId: string;
  /** Of what the step was woken with; null: it was not. */
  fingerprint: string | null;
  full: boolean;
  hooked: boolean;
}

/** Soon enough for what happened between the step's own look and its wait, late enough for both to be stored. */
const firstLookMs = 1_000;
/** The step has read its issue before it waits: so long ago at most. */
const readBeforeMs = 10_000;
const fullEveryMs = 60 * 60 * 1_000;
/** A replica that has taken a wait and says nothing for so long is gone. */
const leaseMs = 10_000;
/** Who still looks says so this often. */
export const keepEveryMs = leaseMs / 4;
/** A step that did not end at its deadline is woken again so often. */
const overdueEveryMs = 15_000;
/** One search holds 1,000 ids; more searches share the reads that each round makes besides. */
const mostAtOnce = 5_000;

const plus = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

/** The next moment that is a multiple of the wait's interval: so all of one interval stay together, and share searches. */
const nextAfter = (at: Date) => {
  const phase = sql`((hashtext(connection_id::text) & 2147483647) % every_ms)`;
  return sql`to_timestamp(((((${at.getTime()}::bigint - ${phase}) / every_ms) + 1) * every_ms + ${phase}) / 1000.0)`;
};

/** Waits on the database. */
export function createWaitStore(database: Database) {
  const { kysely } = database;

  return {
    async put(
      trx: Kysely<Schema>,
      { stepId, connectionId, wait, deadline }: NewWait,
      now: Date,
    ): Promise<void> {
      const { issueId, issueKey, fields = null, everyMs, lookAt = null } = wait;
      // Spread over the hour, so that thousands of waits never want theirs in one minute.
      const fullAt = plus(now, Math.random() * fullEveryMs);
      await sql`
        insert into step_waits (step_id, connection_id, issue_id, issue_key, fields, every_ms, deadline, next_at,
          look_at, full_at, looked_at)
        values (${stepId}, ${connectionId}, ${issueId}, ${issueKey}, ${fields}, ${everyMs}, ${deadline},
          ${plus(now, firstLookMs)}, ${lookAt}, ${fullAt}, ${plus(now, -readBeforeMs)})
        on conflict (step_id) do update set connection_id = excluded.connection_id, issue_id = excluded.issue_id,
          issue_key = excluded.issue_key, fields = excluded.fields, every_ms = excluded.every_ms,
          deadline = excluded.deadline, look_at = excluded.look_at`.execute(trx);
    },
    async remove(trx: Kysely<Schema>, stepId: string): Promise<void> {
      await sql`delete from step_waits where step_id = ${stepId}::uuid`.execute(trx);
    },
    /** The connections with something to look at. */
    async listDueConnections(now: Date): Promise<string[]> {
      const found = await sql<{ id: string }>`
        select distinct connection_id as id from step_waits where due_at <= ${now}`.execute(kysely);
      return found.rows.map(({ id }) => id);
    },
    /**
     * Takes what is due of a connection for ten seconds, so that no other replica looks as well. What is neither kept,
     * settled nor postponed until then is due as before. `urgent`: only those of which a webhook told.
     */
    async claim(connectionId: string, now: Date, urgent: boolean): Promise<DueWait[]> {
      const found = await database.statement(
        'wait-claim',
        sql<DueWait>`
        with due as (
          select step_id from step_waits where connection_id = ${connectionId}::uuid and due_at <= ${now}
            and (${!urgent} or hooked_at is not null)
          order by due_at limit ${mostAtOnce} for update skip locked
        )
        update step_waits set leased_until = ${plus(now, leaseMs)}
        from due where step_waits.step_id = due.step_id
        returning step_waits.step_id as "stepId", issue_id as "issueId", issue_key as "issueKey", fields,
          every_ms as "everyMs", looked_at as "lookedAt", fingerprint, deadline <= ${now} as "isOver",
          hooked_at is not null as "isHooked", coalesce(look_at <= ${now}, false) as "isAskedFor",
          full_at <= ${now} as "isFullDue"`,
      );
      return found.map((row) => ({ ...row, fields: row.fields ?? undefined }));
    },
    /** Says that these are still being looked at. Those that another has taken meanwhile are its own to lose. */
    async keep(stepIds: string[], now: Date): Promise<void> {
      if (stepIds.length === 0) return;
      await database.statement(
        'wait-keep',
        sql`
        update step_waits set leased_until = greatest(leased_until, ${plus(now, leaseMs)})
        where step_id = any(${stepIds}::uuid[]) and leased_until > ${now}`,
      );
    },
    /** Notes what was looked at, as of the moment of the claim. What came since then is still due. */
    async settle(looked: Looked[], at: Date): Promise<void> {
      if (looked.length === 0) return;
      const column = <K extends keyof Looked>(name: K) => looked.map((one) => one[name]);
      await database.statement(
        'wait-settle',
        sql`
        update step_waits set looked_at = ${at}, leased_until = null, next_at = ${nextAfter(at)}, problem = null,
          fingerprint = coalesce(given.print, fingerprint),
          full_at = case when given.was_full then ${plus(at, fullEveryMs)} else full_at end,
          look_at = case when look_at <= ${at} then null else look_at end,
          hooked_at = case when given.was_hooked and hooked_at <= ${at} then null else hooked_at end
        from unnest(${column('stepId')}::uuid[], ${column('fingerprint')}::text[], ${column('full')}::boolean[],
          ${column('hooked')}::boolean[]) as given (id, print, was_full, was_hooked)
        where step_id = given.id`,
      );
    },
    /**
     * Lets waits of a claim be looked at again at a moment, at the latest at their deadline. Gives those of which the problem is a
     * new one.
     */
    async postpone(stepIds: string[], at: Date, until: Date, problem: string | null): Promise<string[]> {
      if (stepIds.length === 0) return [];
      const found = await database.statement(
        'wait-postpone',
        sql<{ stepId: string; isNew: boolean }>`
        update step_waits set leased_until = least(${until}, greatest(deadline, ${plus(at, overdueEveryMs)})),
          next_at = ${nextAfter(at)}, problem = ${problem}
        from (select step_id, problem as known from step_waits where step_id = any(${stepIds}::uuid[])) as before
        where step_waits.step_id = before.step_id
        returning step_waits.step_id as "stepId", before.known is distinct from ${problem} as "isNew"`,
      );
      return found.filter(({ isNew }) => isNew).map(({ stepId }) => stepId);
    },
    /** Notes that Jira told of a change. Gives whether anything waits for the issue. */
    async hook(connectionId: string, issueId: string, at: Date): Promise<boolean> {
      const found = await database.statement(
        'wait-hook',
        sql`
        update step_waits set hooked_at = ${at} where connection_id = ${connectionId}::uuid and issue_id = ${issueId}
        returning step_id`,
      );
      return found.length > 0;
    },
    /** The steps of a connection that have not been told that Jira sends no webhooks; from here on they have. */
    async takeUntold(connectionId: string): Promise<string[]> {
      const found = await sql<{ id: string }>`
        update step_waits set hook_told = true where connection_id = ${connectionId}::uuid and not hook_told
        returning step_id as id`.execute(kysely);
      return found.rows.map(({ id }) => id);
    },
  };
}

/** Keeps waits, and whose turn it is. */
export type WaitStore = ReturnType<typeof createWaitStore>;
