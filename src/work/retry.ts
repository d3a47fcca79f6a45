import type { TielineError } from '../kit/errors.ts';

/** After this long without an end a delivery is dead: visible and replayable, but no longer tried. */
export const deadAfterMs = 24 * 60 * 60 * 1000;

/** How patient the ledger is, in milliseconds. Tests are in more of a hurry than Jira. */
export interface Pace {
  /** The wait after the first failure; it doubles with each further one. */
  firstWaitMs: number;
  longestWaitMs: number;
  /** When the other side names a moment, we come back up to so much later: all who were told it would come at once. */
  spreadMs: number;
  /** How often a worker looks for jobs that have become due. */
  lookEveryMs: number;
}

/** The pace of a hub. */
export const usualPace: Pace = {
  firstWaitMs: 1_000,
  longestWaitMs: 10 * 60 * 1000,
  spreadMs: 1_000,
  lookEveryMs: 2_000,
};

/**
 * When to try again after a failure, or undefined when there is nothing more to try.
 * Exponential, by default from one second to ten minutes, with jitter between 0.7 and 1.3; a moment named by the
 * other side is honoured, and the jitter then only adds.
 */
export function nextAttempt(options: {
  error: TielineError;
  attempts: number;
  /** From when on it could be tried. */
  since: Date;
  now: Date;
  /** Between 0 and 1. */
  random: number;
  pace?: Pace;
}): Date | undefined {
  const { error, attempts, since, now, random, pace = usualPace } = options;
  if (error.retry === 'never' || error.retry === 'once-repaired') return undefined;
  const exponential = Math.min(pace.firstWaitMs * 2 ** Math.max(0, attempts - 1), pace.longestWaitMs);
  const backOff = new Date(now.getTime() + exponential * (0.7 + 0.6 * random));
  const named =
    error.retry === 'soon' ? undefined : new Date(error.retry.after.getTime() + pace.spreadMs * random);
  const next = named !== undefined && named > now ? named : backOff;
  return next.getTime() > since.getTime() + deadAfterMs ? undefined : next;
}
