import { type Kysely, sql } from 'kysely';
import { type Database, type Schema, storableJson } from '../../../database/index.ts';

/** A line of a run's log. */
export interface RunLine {
  /** Counts from 1 within its run. */
  number: number;
  at: Date;
  /** The step's reference; null for what is said of the run. */
  step: string | null;
  line: string;
}

/** A line to be added. */
export type NewLine = Omit<RunLine, 'number'>;

/** So long a line is kept whole. */
const longestLine = 4_000;

/** Adds lines to the log of a run, in order. The run's row counts them, so that no reader misses one. */
export async function addLines(trx: Kysely<Schema>, runId: string, lines: NewLine[]): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map((line, index) => ({
    ...line,
    index,
    line: line.line.length > longestLine ? `${line.line.slice(0, longestLine)}…` : line.line,
  }));
  await sql`
    with counted as (
      update runs set lines = lines + ${lines.length} where id = ${runId}::uuid returning lines - ${lines.length}::integer as before
    )
    insert into run_lines (run_id, number, at, step, line)
    select ${runId}::uuid, counted.before + index + 1, at, step, line
    from counted, json_to_recordset(${storableJson(rows)}::json) as added(
      index integer, at timestamptz, step text, line text)`.execute(trx);
}

/** The lines after a number, in order. */
export async function listLines(
  { kysely }: Database,
  runId: string,
  after: number,
  limit: number,
): Promise<RunLine[]> {
  const found = await sql<RunLine>`
    select number, at, step, line from run_lines where run_id = ${runId}::uuid and number > ${after}
    order by number limit ${limit}`.execute(kysely);
  return found.rows;
}

/** Adds a line to the logs of the runs that these steps are of; gives the runs. */
export async function tellRuns(
  database: Database,
  stepIds: string[],
  line: string,
  at: Date,
): Promise<string[]> {
  const found = await sql<{ runId: string; step: string }>`
    select run_id as "runId", reference as step from run_steps where id = any(${stepIds}::uuid[]) order by run_id`.execute(
    database.kysely,
  );
  for (const { runId, step } of found.rows) {
    await database.transaction('run-lines', (trx) => addLines(trx, runId, [{ at, step, line }]));
  }
  return found.rows.map(({ runId }) => runId);
}
