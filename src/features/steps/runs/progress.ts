import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type Database, type Schema, storableJson } from '../../../database/index.ts';
import { type Lease, leaseLost } from './lease.ts';
import { addLines, type NewLine } from './lines.ts';
import type { Run, RunStep } from './run.ts';

/** What of a step changes as it goes on. */
export type StepChange = Partial<
  Pick<
    RunStep,
    | 'state'
    | 'handled'
    | 'reason'
    | 'action'
    | 'connectionId'
    | 'resolved'
    | 'output'
    | 'outputName'
    | 'error'
    | 'attempts'
    | 'retries'
    | 'waited'
    | 'startedAt'
    | 'endedAt'
    | 'deadline'
  >
>;

/** What of a run changes as it goes on. `deadline` is that of the step under way. */
export type RunChange = Partial<Pick<Run, 'state' | 'startedAt' | 'endedAt' | 'dueAt' | 'heldBy'>> & {
  deadline?: Date | null;
  /** Issues that were touched. */
  touched?: string[];
};

/** One step forward. */
export interface Progress {
  /** What it is: names the transaction's I/O points. */
  what: 'begin' | 'try' | 'held' | 'skip' | 'done' | 'wait' | 'again' | 'fail' | 'end' | 'cancel' | 'note';
  steps?: { id: string; change: StepChange }[];
  run?: RunChange;
  lines?: NewLine[];
  /** What belongs into the same transaction. */
  also?(trx: Kysely<Schema>): Promise<void>;
}

type Column = [name: string, write: (value: unknown) => RawBuilder<unknown>];

const plain = (name: string): Column => [name, (value) => sql`${value ?? null}`];
const json = (name: string): Column => [
  name,
  (value) => (value === null || value === undefined ? sql`null` : sql`${storableJson(value)}::jsonb`),
];

const stepColumns: Record<keyof StepChange, Column> = {
  state: plain('state'),
  handled: plain('handled'),
  reason: plain('reason'),
  action: plain('action'),
  connectionId: plain('connection_id'),
  resolved: json('resolved'),
  output: json('output'),
  outputName: plain('output_name'),
  error: json('error'),
  attempts: json('attempts'),
  retries: plain('retries'),
  waited: json('waited'),
  startedAt: plain('started_at'),
  endedAt: plain('ended_at'),
  deadline: plain('deadline'),
};

const runColumns: Record<keyof RunChange, Column> = {
  state: plain('state'),
  startedAt: plain('started_at'),
  endedAt: plain('ended_at'),
  dueAt: plain('due_at'),
  heldBy: plain('held_by'),
  deadline: plain('deadline'),
  touched: [
    'issue_keys',
    (keys) =>
      sql`(select coalesce(array_agg(distinct key), '{}') from unnest(issue_keys || ${keys}::text[]) as key)`,
  ],
};

const assignmentsOf = (columns: Record<string, Column>, change: object): RawBuilder<unknown>[] =>
  Object.entries(change).flatMap(([name, value]) => {
    const column = columns[name];
    return column === undefined ? [] : [sql`${sql.ref(column[0])} = ${column[1](value)}`];
  });

/**
 * Stores one step forward of the run that is in hand, all of it or nothing.
 * @throws internal-error when another replica has taken the run over
 */
export async function keepProgress(database: Database, lease: Lease, progress: Progress): Promise<void> {
  await database.transaction(`run-${progress.what}`, async (trx) => {
    const { steps = [], run = {}, lines = [], also } = progress;
    const assignments = [sql`changes = changes + 1`, ...assignmentsOf(runColumns, run)];
    const kept = await sql`update runs set ${sql.join(assignments)}
      where id = ${lease.runId}::uuid and leased_by = ${lease.token}::uuid`.execute(trx);
    if (kept.numAffectedRows !== 1n) throw leaseLost(lease.runId);
    for (const { id, change } of steps) {
      const changes = assignmentsOf(stepColumns, change);
      if (changes.length > 0)
        await sql`update run_steps set ${sql.join(changes)} where id = ${id}::uuid`.execute(trx);
    }
    await addLines(trx, lease.runId, lines);
    await also?.(trx);
  });
}
