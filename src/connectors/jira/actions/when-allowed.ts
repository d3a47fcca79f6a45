import { setTimeout as pause } from 'node:timers/promises';
import { TielineError } from '../../../kit/errors.ts';
import type { JiraContext } from './issue-tools.ts';

/** A longer wait is better done by whoever runs the action. */
const longestWaitMs = 35_000;
const mostWaits = 10;

/**
 * Does something, and does it again each time that Jira's limit of writes to one issue, 20 in 2 seconds and 100 in 30,
 * has put it off: what was done before would else be done once more with the next try.
 * @see https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
 * @throws what it throws otherwise
 */
export async function whenAllowed(
  act: () => Promise<void>,
  { now, signal, say }: JiraContext,
): Promise<void> {
  for (let waits = 0; ; waits += 1) {
    try {
      await act();
      return;
    } catch (thrown) {
      const waitMs = waits < mostWaits ? waitOf(thrown, now()) : undefined;
      if (waitMs === undefined) throw thrown;
      say(`Jira wants ${Math.ceil(waitMs / 1_000)} s of rest`);
      await pause(waitMs, undefined, { signal });
    }
  }
}

function waitOf(thrown: unknown, now: Date): number | undefined {
  if (!(thrown instanceof TielineError) || thrown.code !== 'rate-limited') return undefined;
  if (typeof thrown.retry !== 'object') return undefined;
  const waitMs = Math.max(0, thrown.retry.after.getTime() - now.getTime());
  return waitMs > longestWaitMs ? undefined : waitMs;
}
