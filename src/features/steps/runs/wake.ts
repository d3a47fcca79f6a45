import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { storableJson } from '../../../database/index.ts';
import type { Wait } from '../../../kit/action.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { SeenIssue } from '../../../kit/jira-issues.ts';
import type { Secret } from '../../../kit/secret.ts';
import type { Came } from '../waits/waits.ts';
import { conclude } from './conclude.ts';
import { type AdvancingParts, type InHand, lineOf } from './in-hand.ts';
import type { Lease, Leases } from './lease.ts';
import { maskError } from './mask.ts';
import type { Outcome } from './outcome.ts';
import { prepareStep } from './prepare-step.ts';
import { keepProgress } from './progress.ts';
import type { RunnableStep, RunStep } from './run.ts';
import { createSpeaker } from './speaker.ts';
import { resumeStep } from './try-step.ts';

/** Others have a waiting run in hand for a moment only. */
const tries = 20;
const betweenTriesMs = 100;

/**
 * Goes on with a step that waits, by what was seen of its issue. Resolves when that is stored. Throws when the step could
 * not be taken further for a moment: it is to be woken again.
 */
export function createWake(
  parts: AdvancingParts & { leases: Leases; kick(runId: string): void },
): (stepId: string, came: Came) => Promise<void> {
  const { store, leases, database, waits, kick, announce } = parts;

  const forget = (stepId: string) => database.transaction('wait', (trx) => waits.remove(trx, stepId));

  return async (stepId, came) => {
    const known = await store.findStep(stepId);
    if (known === undefined || known.state !== 'waiting') return forget(stepId);
    const lease = await takeSoon(leases, known.runId);
    let goesOn = false;
    try {
      const run = await store.get(known.runId);
      const steps = await store.listSteps(run.id);
      const step = steps.find(({ id }) => id === stepId);
      const planned = run.plan?.stages
        .flatMap((stage) => stage.steps)
        .find(({ id }) => id === step?.reference);
      if (run.plan === null || step?.state !== 'waiting' || planned === undefined)
        return await forget(stepId);
      // To be ended is next, whatever has come.
      goesOn =
        run.cancelledBy !== null ||
        (await goOn(parts, { lease, run, plan: run.plan, steps }, step, planned, came));
      announce(run.id);
    } finally {
      await lease.release();
      if (goesOn) kick(known.runId);
    }
  };
}

async function takeSoon(leases: Leases, runId: string): Promise<Lease> {
  for (let left = tries; ; left -= 1) {
    const lease = await leases.take(runId);
    if (lease !== undefined) return lease;
    if (left === 1) throw new TielineError('internal-error', `The run ${runId} is in hand elsewhere`);
    await pause(betweenTriesMs);
  }
}

/** Gives whether the run goes on at once. */
async function goOn(
  parts: AdvancingParts,
  inHand: InHand,
  step: RunStep,
  planned: RunnableStep,
  { seen, reason, error }: Came,
): Promise<boolean> {
  const looked: Looked =
    seen === undefined ? { decided: false } : await look(parts, inHand, step, planned, seen);
  if (looked.decided && !(reason === 'deadline' && looked.outcome.state === 'waiting')) {
    return conclude(parts, inHand, { step, planned, ...looked });
  }
  const trouble = looked.decided ? undefined : (looked.trouble ?? error);
  if (reason === 'deadline') {
    if (trouble !== undefined) await tell(parts, inHand, step, trouble);
    return conclude(parts, inHand, { step, planned, outcome: { state: 'expired' }, secrets: [] });
  }
  if (error !== undefined) {
    return conclude(parts, inHand, { step, planned, outcome: lasting(error), secrets: [] });
  }
  if (trouble !== undefined) {
    await tell(parts, inHand, step, trouble);
    throw trouble;
  }
  return false;
}

/** What is waited for is gone: nothing mends that in time. */
const lasting = ({ code, message, hint }: TielineError): Outcome => ({
  state: 'failed',
  error: new TielineError(code, message, { hint, retry: 'never' }),
  uncertain: false,
});

async function tell(
  { database, now }: AdvancingParts,
  { lease }: InHand,
  step: RunStep,
  { message }: TielineError,
): Promise<void> {
  const line = `looking at ${step.waited?.issueKey} failed: ${message}`;
  await keepProgress(database, lease, { what: 'note', lines: [lineOf(now(), step, line)] });
}

type Looked =
  | { decided: true; outcome: Outcome; secrets: Secret[] }
  | { decided: false; trouble?: TielineError };

/** Lets the action decide by what was seen. What fails for a moment leaves the step waiting. */
async function look(
  parts: AdvancingParts,
  inHand: InHand,
  step: RunStep,
  planned: RunnableStep,
  seen: SeenIssue,
): Promise<Looked> {
  const waited = step.waited;
  if (waited === null) throw new TielineError('internal-error', 'a step waits for nothing');
  const at = step.startedAt ?? parts.now();
  const prepared = await prepareStep(parts, { ...inHand, planned, at }).catch(asTielineError);
  if (prepared instanceof TielineError) {
    const outcome = { state: 'failed', error: prepared, uncertain: false } as const;
    return prepared.retry === 'never'
      ? { decided: true, outcome, secrets: [] }
      : { decided: false, trouble: prepared };
  }
  const { secrets } = prepared;
  const speaker = createSpeaker(parts, { runId: inHand.run.id, step: step.reference, secrets });
  const signal = AbortSignal.any([inHand.lease.signal, parts.closing]);
  const outcome = await resumeStep(parts, { step, prepared, say: speaker.say, signal, waited, seen });
  await speaker.silence();
  if (outcome.state === 'failed' && (signal.aborted || outcome.error.retry !== 'never')) {
    return { decided: false, trouble: maskError(outcome.error, secrets) };
  }
  if (outcome.state === 'waiting' && isSame(outcome.wait, waited)) return { decided: false };
  return { decided: true, outcome, secrets };
}

/** Most looks change nothing, and then nothing is written. */
const isSame = (one: Wait, other: Wait): boolean => isDeepStrictEqual(asStored(one), asStored(other));
const asStored = (wait: Wait): unknown => JSON.parse(storableJson(wait));
