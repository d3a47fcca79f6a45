import type { ActionContext, ActionResult, Wait } from '../../../kit/action.ts';
import type { Egress } from '../../../kit/connector.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { SeenIssue } from '../../../kit/jira-issues.ts';
import type { MetadataOf, OpenConnections } from '../../connections/index.ts';
import type { Outcome } from './outcome.ts';
import type { PreparedStep } from './prepare-step.ts';
import type { RunStep } from './run.ts';

/** An action that was told to end has this long to do so. */
const graceMs = 2_000;

/** What doing a step needs of its surroundings. */
export interface TryingParts {
  open: OpenConnections;
  metadataOf: MetadataOf;
  now(): Date;
}

/** One try. */
export interface Try {
  step: RunStep;
  prepared: PreparedStep;
  say(line: string): void;
  signal: AbortSignal;
}

/**
 * Does a step's action. Where an earlier try was lost, or failed without saying what it did, what it did is looked for
 * first. Throws nothing: an action's error is an outcome.
 */
export async function tryStep(parts: TryingParts, one: Try): Promise<Outcome> {
  const { step, prepared, say, signal } = one;
  return guarded(one, async () => {
    const context = await contextFor(parts, one);
    const { action, input } = prepared;
    const before = step.attempts.at(-2);
    if (action.recover !== undefined && before?.uncertain === true) {
      say('an earlier try may have had its effect: looking for it');
      const found = await endedBy(signal, action.recover(input, context));
      if (found === 'unknown') throw uncertain(step);
      if (found !== 'not-done') return found;
      say('it had none');
    }
    return endedBy(signal, action.run(input, context));
  });
}

/** Goes on with a step that waits, once its issue was seen. */
export async function resumeStep(
  parts: TryingParts,
  one: Try & { waited: Wait; seen: SeenIssue },
): Promise<Outcome> {
  return guarded(one, async () => {
    const { action, input } = one.prepared;
    if (action.resume === undefined) {
      throw new TielineError('internal-error', `${action.id} waits and cannot go on`, { retry: 'never' });
    }
    const context = await contextFor(parts, one);
    return endedBy(one.signal, action.resume(input, one.waited, one.seen, context));
  });
}

async function contextFor(
  { open, metadataOf, now }: TryingParts,
  { step, prepared, say, signal }: Try,
): Promise<ActionContext<Egress>> {
  const { connection } = await open.get(prepared.connection.id);
  return {
    connection,
    metadata: metadataOf(connection.id),
    key: step.id,
    attempt: Math.max(1, step.attempts.length),
    startedAt: new Date(step.attempts[0]?.startedAt ?? now()),
    say,
    now,
    signal,
  };
}

async function guarded({ prepared, signal }: Try, work: () => Promise<ActionResult>): Promise<Outcome> {
  try {
    return await work();
  } catch (thrown) {
    const error = asTielineError(thrown);
    // A credential or a rate that was refused kept the request out; after anything else that may pass it may be in.
    const mayBeIn =
      error.retry !== 'never' && error.retry !== 'once-repaired' && error.code !== 'rate-limited';
    const connectionId = prepared.connection.id;
    return { state: 'failed', error, uncertain: signal.aborted || mayBeIn, connectionId };
  }
}

/** The result, or an error soon after the signal: what does not listen to it is left behind. */
async function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    timer = setTimeout(
      () => reject(new TielineError('request-timed-out', 'The step was told to end')),
      graceMs,
    );
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

const uncertain = ({ identifier }: RunStep): TielineError =>
  new TielineError(
    'step-uncertain',
    `Whether an earlier try of the step ${identifier} had its effect cannot be told`,
  );
