import type { Kysely } from 'kysely';
import type { Schema } from '../../../database/index.ts';
import type { Secret } from '../../../kit/secret.ts';
import { heldMessage, holdConnection } from '../../../work/index.ts';
import { type AdvancingParts, type InHand, lineOf } from './in-hand.ts';
import { maskOutput, maskText, problemOf } from './mask.ts';
import { issuesIn, judge, type Outcome, type Verdict } from './outcome.ts';
import { keepProgress, type StepChange } from './progress.ts';
import { type Attempt, isOver, type Problem, type RunnableStep, type RunStep } from './run.ts';

/** A wait that nobody ends is ended by its run, so long after the step's time. */
export const afterDeadlineMs = 60_000;

/** How a try of a step ended. */
export interface Ending {
  step: RunStep;
  planned: RunnableStep;
  outcome: Outcome;
  /** What must not be shown of it. */
  secrets: Secret[];
}

/** Stores what became of a step, and what follows of it for its run. Gives whether the run goes on at once. */
export async function conclude(parts: AdvancingParts, inHand: InHand, ending: Ending): Promise<boolean> {
  const { outcome } = ending;
  if (outcome.state === 'done') return succeed(parts, inHand, ending, outcome);
  if (outcome.state === 'waiting') return wait(parts, inHand, ending, outcome);
  const { planned, step } = ending;
  const { now, pace } = parts;
  const verdict = judge({ outcome, planned, step, now: now(), random: Math.random(), pace });
  const problem = outcome.state === 'failed' ? problemOf(outcome.error, ending.secrets) : null;
  const failed: Failed = { ...ending, outcome, problem };
  if (verdict.kind === 'held') return hold(parts, inHand, failed, verdict);
  if (verdict.kind === 'final') return fail(parts, inHand, failed, verdict);
  return later(parts, inHand, failed, verdict);
}

type Failed = Omit<Ending, 'outcome'> & {
  outcome: Exclude<Outcome, { state: 'done' | 'waiting' }>;
  problem: Problem | null;
};

/** The tries, of which the last has ended. */
function endLast(attempts: Attempt[], at: Date, outcome: Outcome, problem: Problem | null = null): Attempt[] {
  const last = attempts.at(-1);
  if (last === undefined || last.endedAt !== undefined) return attempts;
  const ended: Attempt = {
    ...last,
    endedAt: at.toISOString(),
    ...(problem === null ? {} : { error: problem }),
    ...(outcome.state === 'failed' && outcome.uncertain ? { uncertain: true } : {}),
    ...(outcome.state === 'expired' ? { uncertain: true } : {}),
  };
  return [...attempts.slice(0, -1), ended];
}

const endWait =
  ({ waits }: AdvancingParts, { state, id }: RunStep) =>
  async (trx: Kysely<Schema>) => {
    if (state === 'waiting') await waits.remove(trx, id);
  };

async function succeed(
  parts: AdvancingParts,
  { lease }: InHand,
  { step, outcome, secrets }: Ending,
  { output }: Extract<Outcome, { state: 'done' }>,
): Promise<true> {
  const at = parts.now();
  const shown = maskOutput(output, secrets);
  const change: StepChange = {
    state: 'succeeded',
    output: shown,
    error: null,
    waited: null,
    endedAt: at,
    attempts: endLast(step.attempts, at, outcome),
  };
  await keepProgress(parts.database, lease, {
    what: 'done',
    run: { state: 'running', dueAt: at, heldBy: null, deadline: null, touched: issuesIn(shown) },
    steps: [{ id: step.id, change }],
    lines: [lineOf(at, step, `${step.name} has succeeded`)],
    also: endWait(parts, step),
  });
  return true;
}

async function wait(
  { database, waits, now }: AdvancingParts,
  { lease }: InHand,
  { step, outcome, secrets }: Ending,
  waiting: Extract<Outcome, { state: 'waiting' }>,
): Promise<false> {
  const at = now();
  const shown = maskOutput(waiting.output, secrets);
  const deadline = step.deadline ?? at;
  const { connectionId } = step;
  const change: StepChange = {
    state: 'waiting',
    output: shown,
    error: null,
    waited: waiting.wait,
    attempts: endLast(step.attempts, at, outcome),
  };
  await keepProgress(database, lease, {
    what: 'wait',
    run: {
      state: 'waiting',
      dueAt: new Date(deadline.getTime() + afterDeadlineMs),
      heldBy: null,
      touched: [waiting.wait.issueKey],
    },
    steps: [{ id: step.id, change }],
    lines:
      step.state === 'waiting'
        ? []
        : [lineOf(at, step, `waits for ${waiting.wait.issueKey}, until ${deadline.toISOString()}`)],
    async also(trx) {
      if (connectionId !== null) {
        await waits.put(trx, { stepId: step.id, connectionId, wait: waiting.wait, deadline });
      }
    },
  });
  return false;
}

/** Somebody must repair the connection first: all of its work waits, and this step with it. */
async function hold(
  parts: AdvancingParts,
  { lease }: InHand,
  { step, outcome, problem }: Failed,
  { connectionId }: Extract<Verdict, { kind: 'held' }>,
): Promise<false> {
  const { database, now, log } = parts;
  const at = now();
  const change: StepChange = { error: problem, attempts: endLast(step.attempts, at, outcome, problem) };
  let held: string | undefined;
  await keepProgress(database, lease, {
    what: 'held',
    run: { heldBy: connectionId, dueAt: at },
    steps: [{ id: step.id, change }],
    lines: [lineOf(at, step, `waits until its connection is repaired: ${problem?.message}`)],
    async also(trx) {
      if (problem !== null) held = await holdConnection(trx, { connectionId, reason: problem, now: at });
    },
  });
  if (held === 'newly') log.warn({ connection: connectionId, code: problem?.code }, heldMessage);
  return false;
}

async function later(
  parts: AdvancingParts,
  { lease }: InHand,
  { step, outcome, problem }: Failed,
  { kind, at: dueAt }: Extract<Verdict, { kind: 'again' | 'retry' }>,
): Promise<false> {
  const at = parts.now();
  const attempts = endLast(step.attempts, at, outcome, problem);
  // A failure strategy gives the step its whole time once more.
  const change: StepChange =
    kind === 'again'
      ? { error: problem, attempts }
      : {
          error: problem,
          attempts,
          state: 'pending',
          retries: step.retries + 1,
          deadline: null,
          waited: null,
        };
  await keepProgress(parts.database, lease, {
    what: 'again',
    run: { state: 'running', dueAt, heldBy: null },
    steps: [{ id: step.id, change }],
    lines: [lineOf(at, step, `${told(outcome, problem)}; it is tried again at ${dueAt.toISOString()}`)],
    also: endWait(parts, step),
  });
  return false;
}

async function fail(
  parts: AdvancingParts,
  { lease, steps }: InHand,
  { step, outcome, secrets, problem }: Failed,
  { action }: Extract<Verdict, { kind: 'final' }>,
): Promise<boolean> {
  const at = parts.now();
  const change: StepChange = {
    state: action === 'MarkAsSuccess' ? 'succeeded' : outcome.state,
    handled: handledBy[action] ?? null,
    // A step whose time is over keeps what was in its way.
    error: outcome.state === 'expired' ? step.error : problem,
    waited: null,
    endedAt: at,
    attempts: endLast(step.attempts, at, outcome, problem),
    ...(outcome.state === 'rejected'
      ? { output: maskOutput(outcome.output, secrets), reason: maskText(outcome.reason, secrets) }
      : {}),
  };
  const isAborted = action === 'Abort';
  const rest = isAborted ? steps.filter((one) => one.id !== step.id && !isOver(one)) : [];
  const skip: StepChange = { state: 'skipped', reason: `aborted as ${step.identifier} failed`, endedAt: at };
  await keepProgress(parts.database, lease, {
    what: 'fail',
    run: {
      heldBy: null,
      deadline: null,
      touched: outcome.state === 'rejected' ? issuesIn(outcome.output) : [],
      ...(isAborted ? { state: 'aborted', endedAt: at, dueAt: null } : { state: 'running', dueAt: at }),
    },
    steps: [{ id: step.id, change }, ...rest.map(({ id }) => ({ id, change: skip }))],
    lines: [lineOf(at, step, `${told(outcome, problem)}${endings[action]}`)],
    also: endWait(parts, step),
  });
  return !isAborted;
}

type LastAction = Extract<Verdict, { kind: 'final' }>['action'];

const handledBy: Partial<Record<LastAction, NonNullable<RunStep['handled']>>> = {
  Ignore: 'ignored',
  MarkAsSuccess: 'marked-as-success',
};
const endings: Record<LastAction, string> = {
  Ignore: '; ignored, as its failure strategy says',
  MarkAsSuccess: '; marked as success, as its failure strategy says',
  MarkAsFailure: '',
  Abort: '; the run is aborted, as its failure strategy says',
};

function told(outcome: Failed['outcome'], problem: Problem | null): string {
  if (outcome.state === 'rejected') return `rejected: ${outcome.reason}`;
  if (outcome.state === 'expired') return 'its time is over';
  return `failed (${problem?.code}): ${problem?.message}`;
}
