import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { type Database, type Schema, storableJson } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import { withinScopes } from '../../access/index.ts';
import { holdsUser } from '../find-hold.ts';
import type { Run, RunAuthor, RunContext, RunPlan, RunState, RunStep } from './run.ts';

/** What a list of runs may be narrowed by. */
export interface RunFilter {
  /** Those of these scopes and below them. */
  within: string[];
  state?: RunState;
  /** Only runs that touched this issue. */
  issueKey?: string;
  /** Only those older than this id: the cursor of the page before. */
  before?: string;
  limit: number;
}

/** A run to be made. */
export interface NewRun {
  scope: string;
  plan: RunPlan;
  context: RunContext;
  createdBy: RunAuthor;
  /** The run that this one repeats, from which step on, and how its steps before that ended. */
  rerun?: { of: string; from?: string; kept: RunStep[] };
}

/** Stores runs, and reads them. */
export interface RunStore {
  /** Makes a run, due at once. */
  create(trx: Kysely<Schema>, run: NewRun, now: Date): Promise<Run>;
  find(id: string): Promise<Run | undefined>;
  /** @throws resource-not-found */
  get(id: string): Promise<Run>;
  /** Newest first. */
  list(filter: RunFilter): Promise<Run[]>;
  /** In their order. */
  listSteps(runId: string): Promise<RunStep[]>;
  findStep(stepId: string): Promise<RunStep | undefined>;
  /** Ids of runs that are to go on and that no replica has in hand. */
  listDue(now: Date, limit: number): Promise<string[]>;
}

const columns = sql`id, number, scope, kind, name, state, plan, context, created_by as "createdBy",
  created_at as "createdAt", started_at as "startedAt", ended_at as "endedAt", rerun_of as "rerunOf",
  rerun_from as "rerunFrom", issue_keys as "issueKeys", cancelled_by as "cancelledBy", due_at as "dueAt",
  held_by as "heldBy", lines, changes`;
const stepColumns = sql`id, run_id as "runId", position, reference, stage, identifier, name, type, state, handled,
  reason, action, connection_id as "connectionId", input, resolved, output, output_name as "outputName", error,
  attempts, retries, waited, started_at as "startedAt", ended_at as "endedAt", deadline`;

/** A run that is held is due since it was put off: a test from before knows nothing of what was refused then. */
const putOffAt = sql<Date>`greatest(hold.since, runs.due_at)`;
/** Whether the step under way is a report, which goes by another credential than what the connection's user does. */
const isReporting = sql<boolean>`exists (
  select from run_steps where run_id = runs.id and state = 'running' and type = 'Plugin')`;

/** Dates within JSON come as text. */
const withDates = (step: RunStep): RunStep => {
  const lookAt = step.waited?.lookAt;
  return step.waited === null || lookAt === undefined
    ? step
    : { ...step, waited: { ...step.waited, lookAt: new Date(lookAt) } };
};

/** A run store on the database. */
export function createRunStore({ kysely }: Database): RunStore {
  const find: RunStore['find'] = async (id) => {
    const found = await sql<Run>`select ${columns} from runs where id = ${id}::uuid`.execute(kysely);
    return found.rows[0];
  };

  return {
    find,
    async create(trx, { scope, plan, context, createdBy, rerun }, now) {
      const made = await sql<Run>`
        insert into runs (id, scope, kind, name, state, plan, context, created_by, created_at, due_at, rerun_of,
          rerun_from)
        values (${uuid()}, ${scope}, ${plan.kind}, ${plan.pipeline.name}, 'queued', ${storableJson(plan)},
          ${storableJson(context)}, ${JSON.stringify(createdBy)}, ${now}, ${now}, ${rerun?.of ?? null},
          ${rerun?.from ?? null})
        returning ${columns}`.execute(trx);
      const [run] = made.rows;
      if (run === undefined) throw new TielineError('internal-error', 'a run was not stored');
      await insertSteps(trx, run, plan, rerun?.kept ?? []);
      return run;
    },
    async get(id) {
      const run = await find(id);
      if (run !== undefined) return run;
      throw new TielineError('resource-not-found', `There is no run ${id}`);
    },
    async list({ within, state, issueKey, before, limit }) {
      const conditions: RawBuilder<unknown>[] = [withinScopes('scope', within)];
      if (state !== undefined) conditions.push(sql`state = ${state}`);
      if (issueKey !== undefined) conditions.push(sql`issue_keys @> array[${issueKey}]`);
      if (before !== undefined) conditions.push(sql`id < ${before}::uuid`);
      const found = await sql<Run>`
        select ${columns} from runs where ${sql.join(conditions, sql` and `)} order by id desc limit ${limit}`.execute(
        kysely,
      );
      return found.rows;
    },
    async listSteps(runId) {
      const found = await sql<RunStep>`
        select ${stepColumns} from run_steps where run_id = ${runId}::uuid order by position`.execute(kysely);
      return found.rows.map(withDates);
    },
    async findStep(stepId) {
      const found =
        await sql<RunStep>`select ${stepColumns} from run_steps where id = ${stepId}::uuid`.execute(kysely);
      return found.rows.map(withDates)[0];
    },
    async listDue(now, limit) {
      const found = await sql<{ id: string }>`
        select id from runs where due_at <= ${now}
          and (leased_until is null or leased_until < clock_timestamp())
          and (deadline <= ${now} or cancelled_by is not null or not exists (
            select from connection_holds as hold where connection_id = held_by
              and (${holdsUser(putOffAt)} or hold.released_at is null and ${isReporting})))
        order by due_at limit ${limit}`.execute(kysely);
      return found.rows.map(({ id }) => id);
    },
  };
}

/** The steps as they are planned; those that are kept of another run as they ended there. */
async function insertSteps(trx: Kysely<Schema>, run: Run, plan: RunPlan, kept: RunStep[]): Promise<void> {
  const ended = new Map(kept.map((step) => [step.reference, step]));
  const planned = plan.stages.flatMap((stage) => stage.steps.map((step) => ({ stage, step })));
  const rows = planned.map(({ stage, step }, position) => {
    const earlier: Partial<RunStep> = ended.get(step.id) ?? {};
    const { state = 'pending' } = earlier;
    const { handled, reason, action, connectionId, resolved, output, outputName, error, startedAt, endedAt } =
      earlier;
    return {
      id: uuid(),
      position,
      reference: step.id,
      stage: stage.identifier,
      identifier: step.identifier,
      name: step.name,
      type: step.type === 'action' ? step.action : step.type,
      state,
      handled,
      reason,
      action,
      connection_id: connectionId,
      input: step.spec,
      resolved,
      output,
      output_name: outputName,
      error,
      started_at: startedAt,
      ended_at: endedAt,
    };
  });
  await sql`
    insert into run_steps (id, run_id, position, reference, stage, identifier, name, type, state, handled, reason,
      action, connection_id, input, resolved, output, output_name, error, started_at, ended_at)
    select id, ${run.id}::uuid, position, reference, stage, identifier, name, type, state, handled, reason,
      action, connection_id, input, resolved, output, output_name, error, started_at, ended_at
    from json_to_recordset(${storableJson(rows)}::json) as step(
      id uuid, position integer, reference text, stage text, identifier text, name text, type text, state text,
      handled text, reason text, action text, connection_id uuid, input jsonb, resolved jsonb, output jsonb,
      output_name text, error jsonb, started_at timestamptz, ended_at timestamptz)`.execute(trx);
}
