import { setTimeout as pause } from 'node:timers/promises';
import { TielineError } from '../../../kit/errors.ts';

/** How patiently is looked for what may have been done, in milliseconds. */
export interface Patience {
  /** Pauses before each look. Jira has ended by their end whatever was sent before the first. */
  pausesMs: number[];
  /** More of them while Jira does not answer, or where it was too slow to answer in time. */
  morePausesMs: number[];
}

/** Jira creates an issue within seconds; the last look comes ten after the first. */
export const usualPatience: Patience = {
  pausesMs: [0, 1_000, 3_000, 6_000],
  morePausesMs: [15_000, 30_000, 60_000],
};

/**
 * Looks until something is found. `not-done` when a look after the last pause found nothing; `unknown` when that look
 * failed, or when the other side was `slow` and may still be at it.
 * @throws what `look` throws and no later look can mend, and when `signal` is aborted
 */
export async function settle<T>(
  look: () => Promise<T | undefined>,
  { pausesMs, morePausesMs }: Patience,
  { slow, signal }: { slow: boolean; signal: AbortSignal },
): Promise<T | 'not-done' | 'unknown'> {
  let isSure = false;
  for (const [index, pauseMs] of [...pausesMs, ...morePausesMs].entries()) {
    if (index >= pausesMs.length && isSure && !slow) break;
    await pause(pauseMs, undefined, { signal });
    try {
      const found = await look();
      if (found !== undefined) return found;
      isSure = true;
    } catch (thrown) {
      if (!(thrown instanceof TielineError) || thrown.retry === 'never' || signal.aborted) throw thrown;
      isSure = false;
    }
  }
  return isSure && !slow ? 'not-done' : 'unknown';
}
