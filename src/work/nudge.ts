import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/index.ts';

/** The name of the one background task that drains streams. */
export const drainTask = 'drain-stream';

/**
 * Asks for streams to be drained, now or at a moment. Asked within a transaction, the job is there if and only if
 * the transaction is. One pending job a stream: `preserve_run_at` keeps a later moment that a pause has set.
 */
export async function nudge(executor: Kysely<Schema>, streams: string[], at?: Date): Promise<void> {
  if (streams.length === 0) return;
  const mode = at === undefined ? 'preserve_run_at' : 'replace';
  await sql`
    select graphile_worker.add_job(${drainTask}, json_build_object('stream', stream), queue_name => stream,
      run_at => ${at ?? null}::timestamptz, job_key => stream, job_key_mode => ${mode})
    from unnest(${streams}::text[]) as stream`.execute(executor);
}
