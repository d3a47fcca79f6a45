import { asTielineError, TielineError } from '../../../kit/errors.ts';
import { listHolds } from '../../../work/index.ts';
import { findHold } from '../find-hold.ts';
import { conclude } from './conclude.ts';
import { type AdvancingParts, closeLost, type InHand, lineOf } from './in-hand.ts';
import { type PreparedStep, prepareStep } from './prepare-step.ts';
import { keepProgress } from './progress.ts';
import { reportActionId } from './report-action.ts';
import type { RunnableStep, RunStep } from './run.ts';
import { createSpeaker } from './speaker.ts';
import { tryStep } from './try-step.ts';

/** Tries a step that has begun, once. Gives whether its run goes on at once. */
export async function attemptStep(
  parts: AdvancingParts,
  inHand: InHand,
  step: RunStep,
  planned: RunnableStep,
): Promise<boolean> {
  const at = parts.now();
  if (step.deadline !== null && at >= step.deadline) {
    return conclude(parts, inHand, { step, planned, outcome: { state: 'expired' }, secrets: [] });
  }
  const prepared = await prepareStep(parts, { ...inHand, planned, at: step.startedAt ?? at }).catch(
    asTielineError,
  );
  if (prepared instanceof TielineError) {
    const outcome = { state: 'failed', error: prepared, uncertain: false } as const;
    return conclude(parts, inHand, { step, planned, outcome, secrets: [] });
  }
  if (await putOff(parts, inHand, step, prepared)) return false;
  return tryOnce(parts, inHand, await note(parts, inHand, step, prepared), planned, prepared);
}

/** Stores that a try begins, before it does: a replica that is killed meanwhile leaves that behind. */
async function note(
  { database, now, announce }: AdvancingParts,
  { lease }: InHand,
  step: RunStep,
  { action, connection, outputName, resolved, notices }: PreparedStep,
): Promise<RunStep> {
  const at = now();
  const attempts = [...step.attempts.map(closeLost), { startedAt: at.toISOString() }];
  const change = { action: action.id, connectionId: connection.id, outputName, resolved, attempts };
  const what = `${action.id} by the connection "${connection.name}"`;
  const told = attempts.length === 1 ? [...notices, what] : [`${what}, try ${attempts.length}`];
  await keepProgress(database, lease, {
    what: 'try',
    run: { heldBy: null, dueAt: at },
    steps: [{ id: step.id, change }],
    lines: told.map((line) => lineOf(at, step, line)),
  });
  announce(lease.runId);
  return { ...step, ...change };
}

async function tryOnce(
  parts: AdvancingParts,
  inHand: InHand,
  step: RunStep,
  planned: RunnableStep,
  prepared: PreparedStep,
): Promise<boolean> {
  const { lease } = inHand;
  const { secrets } = prepared;
  const speaker = createSpeaker(parts, { runId: lease.runId, step: step.reference, secrets });
  const time = timeUntil(step.deadline, parts.now());
  const signal = AbortSignal.any([lease.signal, parts.closing, time.signal]);
  const outcome = await tryStep(parts, { step, prepared, say: speaker.say, signal });
  time.clear();
  await speaker.silence();
  if (outcome.state === 'failed' && signal.aborted) {
    // Left as it is: who has the run next looks for what this try did.
    if (lease.signal.aborted || parts.closing.aborted) return true;
    return conclude(parts, inHand, { step, planned, outcome: { state: 'expired' }, secrets });
  }
  return conclude(parts, inHand, { step, planned, outcome, secrets });
}

/** Longest time of Node's timers. */
const longestTimerMs = 2 ** 31 - 1;

function timeUntil(deadline: Date | null, now: Date): { signal: AbortSignal; clear(): void } {
  const over = new AbortController();
  if (deadline === null) return { signal: over.signal, clear: () => undefined };
  const leftMs = Math.min(longestTimerMs, deadline.getTime() - now.getTime());
  const timer = setTimeout(() => over.abort(), leftMs);
  return { signal: over.signal, clear: () => clearTimeout(timer) };
}

/** Puts a step off while the work of its connection is held: nothing of it is worth sending. */
async function putOff(
  { database, now }: AdvancingParts,
  { lease, run }: InHand,
  step: RunStep,
  { action, connection }: PreparedStep,
): Promise<boolean> {
  const isReport = action.id === reportActionId;
  const hold = isReport
    ? (await listHolds(database, [connection.id])).at(0)
    : await findHold(database, connection.id);
  if (hold === undefined) return false;
  const at = now();
  const { code, message, hint } = hold;
  const line = `waits until the connection "${connection.name}" is repaired: ${message}`;
  await keepProgress(database, lease, {
    what: 'held',
    // Nothing was tried: a test that came with the hold tells as much as a later one.
    run: { heldBy: connection.id, dueAt: hold.since },
    steps: [{ id: step.id, change: { error: { code, message, hint } } }],
    lines: run.heldBy === connection.id ? [] : [lineOf(at, step, line)],
  });
  return true;
}
