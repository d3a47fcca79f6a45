import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Schema } from '../database/index.ts';

/** The name of the one background task that drains streams. */
export const drainTask = 'drain-stream';

/**
 * Asks for streams to be drained: at once, or when their pause ends. Asked within a transaction, the job is there if
 * and only if the transaction is. One pending job a stream.
 */
export async function nudge(executor: Kysely<Schema>, streams: string[]): Promise<void> {
  await addJobs(executor, streams, undefined);
}

/** Asks for a stream to be drained at a moment, unless somebody has asked for an earlier one. */
export async function nudgeAt(executor: Kysely<Schema>, stream: string, at: Date): Promise<void> {
  await addJobs(executor, [stream], at);
}

async function addJobs(executor: Kysely<Schema>, streams: string[], at: Date | undefined): Promise<void> {
  // A hub whose clock is behind the database's would else come back at once, again and again.
  const soonest = sql`now() + interval '50 milliseconds'`;
  const mode = at === undefined ? 'replace' : 'preserve_run_at';
  let rest = streams;
  while (rest.length > 0) {
    const added = await sql<{ stream: string; id: number | null }>`
      select stream, job.id from unnest(${rest}::text[]) as stream
      cross join lateral graphile_worker.add_job(${drainTask}, json_build_object('stream', stream),
        job_key => stream, job_key_mode => ${mode},
        run_at => coalesce(greatest(${at ?? null}::timestamptz, ${at === undefined ? null : soonest}),
          (select paused_until from streams where name = stream and paused_until > now()))) as job`.execute(
      executor,
    );
    // A worker took the pending job while it was being replaced, and may have looked before our transaction ends:
    // nothing was added. Asked again, the library sees the lock and adds another job.
    rest = added.rows.flatMap((row) => (row.id === null ? [row.stream] : []));
  }
}

/** Nudges the streams in which something waits and no job would come for it, however that came to be. */
export async function nudgeForgottenStreams(executor: Kysely<Schema>): Promise<void> {
  const forgotten = await sql<{ stream: string }>`
    select distinct stream from deliveries
    where state = 'queued' and not exists (
      select from graphile_worker.jobs where key = stream and attempts < max_attempts)
    and not exists (select from connection_holds as hold
      where hold.connection_id = deliveries.connection_id and hold.released_at is null)`.execute(executor);
  await nudge(
    executor,
    forgotten.rows.map((row) => row.stream),
  );
}
