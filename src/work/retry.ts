import type { TielineError } from '../kit/errors.ts';

/** After this long without an end a delivery is dead: visible and replayable, but no longer tried. */
export const deadAfterMs = 24 * 60 * 60 * 1000;

const firstWaitMs = 1_000;
const longestWaitMs = 10 * 60 * 1000;

/**
 * When to try again after a failure, or undefined when there is nothing more to try.
 * Exponential from one second to ten minutes with jitter between 0.7 and 1.3; a moment named by the
 * other side is honoured, and the jitter then only adds.
 */
export function nextAttempt(options: {
  error: TielineError;
  attempts: number;
  receivedAt: Date;
  now: Date;
  /** Between 0 and 1. */
  random: number;
}): Date | undefined {
  const { error, attempts, receivedAt, now, random } = options;
  if (error.retry === 'never') return undefined;
  const exponential = Math.min(firstWaitMs * 2 ** Math.max(0, attempts - 1), longestWaitMs);
  const backOff = new Date(now.getTime() + exponential * (0.7 + 0.6 * random));
  // Everyone who was told the same moment would come back at once: spread them over a second.
  const named = error.retry === 'soon' ? undefined : new Date(error.retry.after.getTime() + 1_000 * random);
  const next = named !== undefined && named > now ? named : backOff;
  return next.getTime() > receivedAt.getTime() + deadAfterMs ? undefined : next;
}
