import { asTielineError } from '../../../kit/errors.ts';
import { attemptStep } from './attempt-step.ts';
import { afterDeadlineMs, conclude } from './conclude.ts';
import { type AdvancingParts, closeLost, type InHand, lineOf } from './in-hand.ts';
import type { Lease } from './lease.ts';
import { resolverFor, timeoutOf } from './prepare-step.ts';
import { keepProgress } from './progress.ts';
import { endOf, hasFailed, isOver, type RunnableStep, type RunStep } from './run.ts';

/** Takes a run further until it ends, waits, or is to be tried again later. */
export async function advance(parts: AdvancingParts, lease: Lease): Promise<void> {
  for (;;) {
    const run = await parts.store.get(lease.runId);
    if (isOver(run) || run.plan === null || parts.closing.aborted) return;
    const steps = await parts.store.listSteps(run.id);
    const goesOn = await stepForward(parts, { lease, run, plan: run.plan, steps });
    parts.announce(run.id);
    if (!goesOn) return;
  }
}

async function stepForward(parts: AdvancingParts, inHand: InHand): Promise<boolean> {
  const { lease, run, plan, steps } = inHand;
  if (run.cancelledBy !== null) return cancel(parts, inHand);
  // Not cancelled: another replica may have it.
  if (lease.signal.aborted) return false;
  const step = steps.find((one) => !isOver(one));
  const planned = plan.stages.flatMap((stage) => stage.steps).find(({ id }) => id === step?.reference);
  if (step === undefined || planned === undefined) return end(parts, inHand);
  if (step.state === 'pending') return begin(parts, inHand, step, planned);
  if (step.state === 'waiting') return outlast(parts, inHand, step, planned);
  return attemptStep(parts, inHand, step, planned);
}

async function end({ database, now }: AdvancingParts, { lease, steps }: InHand): Promise<false> {
  const at = now();
  const state = endOf(steps);
  await keepProgress(database, lease, {
    what: 'end',
    run: { state, endedAt: at, dueAt: null, heldBy: null, deadline: null },
    lines: [lineOf(at, null, `the run has ended: ${state}`)],
  });
  return false;
}

/** Ends a run before its time: what has begun is aborted, the rest is skipped. */
async function cancel(
  { database, waits, now }: AdvancingParts,
  { lease, run, steps }: InHand,
): Promise<false> {
  const at = now();
  const reason = `aborted by ${run.cancelledBy?.name ?? 'somebody'}`;
  const open = steps.filter((step) => !isOver(step));
  await keepProgress(database, lease, {
    what: 'cancel',
    run: { state: 'aborted', endedAt: at, dueAt: null, heldBy: null, deadline: null },
    steps: open.map(({ id, state, attempts }) => ({
      id,
      change: {
        state: state === 'pending' ? 'skipped' : 'aborted',
        reason,
        endedAt: at,
        waited: null,
        attempts: attempts.map(closeLost),
      },
    })),
    lines: [lineOf(at, null, `the run was ${reason}`)],
    async also(trx) {
      for (const { id } of open) await waits.remove(trx, id);
    },
  });
  return false;
}

/** Why a step is not to be done, by what was done before it and by its own conditions; undefined when it is. */
async function whySkipped(
  parts: AdvancingParts,
  { run, plan, steps }: InHand,
  step: RunStep,
  planned: RunnableStep,
): Promise<string | undefined> {
  const stage = plan.stages.find((one) => one.steps.some(({ id }) => id === planned.id));
  const before = steps.filter(({ position }) => position < step.position);
  const looks = [
    ...(stage === undefined
      ? []
      : [{ of: 'pipeline', when: stage.when, earlier: before.filter((one) => one.stage !== step.stage) }]),
    ...planned.when.map((when) => ({
      of: 'stage',
      when,
      earlier: before.filter((one) => one.stage === step.stage),
    })),
  ];
  for (const { of, when, earlier } of looks) {
    const failed = earlier.some(hasFailed);
    if (when.status === 'Success' && failed) return `an earlier step of the ${of} has failed`;
    if (when.status === 'Failure' && !failed) return `nothing of the ${of} has failed`;
    if (when.condition === undefined) continue;
    const resolver = await resolverFor(parts, { run, plan, steps, planned, at: parts.now() });
    if (!resolver.matches(when)) return `its condition is not met: ${when.condition}`;
  }
  return undefined;
}

async function begin(
  parts: AdvancingParts,
  inHand: InHand,
  step: RunStep,
  planned: RunnableStep,
): Promise<boolean> {
  const { database, now } = parts;
  const { lease, run, plan, steps } = inHand;
  const at = now();
  const isRunning = { state: 'running', startedAt: run.startedAt ?? at, dueAt: at } as const;
  const startedAt = step.startedAt ?? at;
  try {
    const reason = await whySkipped(parts, inHand, step, planned);
    if (reason !== undefined) {
      await keepProgress(database, lease, {
        what: 'skip',
        run: isRunning,
        steps: [{ id: step.id, change: { state: 'skipped', reason, endedAt: at } }],
        lines: [lineOf(at, step, `${step.name} is skipped: ${reason}`)],
      });
      return true;
    }
    const resolver = await resolverFor(parts, { run, plan, steps, planned, at });
    const deadline = new Date(at.getTime() + (await timeoutOf(planned, resolver)));
    await keepProgress(database, lease, {
      what: 'begin',
      run: { ...isRunning, deadline },
      steps: [{ id: step.id, change: { state: 'running', startedAt, deadline } }],
      lines: [lineOf(at, step, `${step.name} begins`)],
    });
  } catch (thrown) {
    const outcome = { state: 'failed', error: asTielineError(thrown), uncertain: false } as const;
    await keepProgress(database, lease, {
      what: 'begin',
      run: isRunning,
      steps: [{ id: step.id, change: { startedAt } }],
    });
    return conclude(parts, inHand, { step: { ...step, startedAt }, planned, outcome, secrets: [] });
  }
  return true;
}

/** A step that waits is ended by the poll of its issue; should that have gone astray, by its run. */
async function outlast(
  parts: AdvancingParts,
  inHand: InHand,
  step: RunStep,
  planned: RunnableStep,
): Promise<boolean> {
  const endsAt = new Date((step.deadline ?? parts.now()).getTime() + afterDeadlineMs);
  if (parts.now() >= endsAt) {
    return conclude(parts, inHand, { step, planned, outcome: { state: 'expired' }, secrets: [] });
  }
  if (inHand.run.state !== 'waiting' || Number(inHand.run.dueAt) < endsAt.getTime()) {
    await keepProgress(parts.database, inHand.lease, {
      what: 'wait',
      run: { state: 'waiting', dueAt: endsAt, heldBy: null },
    });
  }
  return false;
}
