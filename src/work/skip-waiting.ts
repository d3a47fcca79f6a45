import { type Kysely, sql } from 'kysely';
import type { Schema } from '../database/index.ts';

/** Which deliveries are meant: those of a topic that have this fact. */
export interface FactFilter {
  topic: string;
  fact: { name: string; value: string };
}

/** Ends deliveries that wait to be sent as skipped, with a reason. One that is being sent at this moment is not touched. */
export async function skipWaiting(
  trx: Kysely<Schema>,
  { topic, fact }: FactFilter,
  reason: string,
  now: Date,
): Promise<void> {
  await sql`
    update deliveries set state = 'skipped', answer = ${JSON.stringify({ reason })}::jsonb, waiting_reason = null,
      waiting_until = null, ended_at = ${now}
    where state = 'queued' and topic = ${topic} and facts->>${sql.lit(fact.name)} = ${fact.value}`.execute(
    trx,
  );
}

/** How many deliveries have not ended. */
export async function countOpen(kysely: Kysely<Schema>, { topic, fact }: FactFilter): Promise<number> {
  const found = await sql<{ count: number }>`
    select count(*)::int as count from deliveries
    where state in ('queued', 'sending') and topic = ${topic} and facts->>${sql.lit(fact.name)} = ${fact.value}`.execute(
    kysely,
  );
  return found.rows[0]?.count ?? 0;
}
