import { setTimeout as pause } from 'node:timers/promises';
import { TielineError } from '../kit/errors.ts';
import type { HttpLimits } from '../kit/http.ts';

const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Until when a report may be tried, and who is told of another try. */
export interface Patience {
  /** Milliseconds since 1970. */
  deadlineMs: number;
  note(line: string): void;
}

/**
 * Tries again while the error's own verdict allows and time is left: by exponential pauses, and not before the moment
 * that the other side names. What the last try threw is thrown.
 */
export async function retrying<T>({ deadlineMs, note }: Patience, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TielineError) || error.retry === 'never' || error.retry === 'once-repaired')
        throw error;
      const backOffMs = Math.min(firstPauseMs * 2 ** tries, longestPauseMs) * (0.7 + 0.6 * Math.random());
      const namedMs = error.retry === 'soon' ? 0 : error.retry.after.getTime() - Date.now();
      const wantedMs = Math.max(backOffMs, namedMs);
      if (Date.now() + wantedMs >= deadlineMs) throw error;
      note(`${error.message}; trying again in ${(wantedMs / 1_000).toFixed(1)} s`);
      await pause(wantedMs);
    }
  }
}

/** The usual limits of HTTP. */
const usual = { connectTimeoutMs: 10_000, headersTimeoutMs: 30_000 };
/** With less than this no try over a real network would succeed. */
const shortestTryMs = 1_000;

/** Limits under which no single try takes much longer than all of them may. */
export function limitsWithin(waitMs: number): Pick<HttpLimits, 'connectTimeoutMs' | 'headersTimeoutMs'> {
  if (waitMs === 0) return usual;
  const mostMs = Math.max(waitMs, shortestTryMs);
  return {
    connectTimeoutMs: Math.min(usual.connectTimeoutMs, mostMs),
    headersTimeoutMs: Math.min(usual.headersTimeoutMs, mostMs),
  };
}
