import { setTimeout as sleep } from 'node:timers/promises';

/** So many deliveries that are stored together came in a crowd. */
const crowdSize = 4;
/** After the last of them it is over. */
const crowdLastsMs = 250;
const longestPauseMs = 250;

/** Knows whether posts come in a crowd: faster than each can be stored by itself. */
export interface Crowd {
  /** Tells of posts that were stored together; the answer is whether they came in a crowd. */
  note(together: number): boolean;
  /**
   * While a crowd comes, a drain rests twice as long as it has worked: who posts waits for an answer, Jira does not. So
   * draining has a third of its time also when the crowd never ends.
   */
  giveWay(workedMs: number): Promise<void>;
}

/** See {@link Crowd}. `pause` and `nowMs` are for tests. */
export function createCrowd(
  pause: (ms: number) => Promise<unknown> = sleep,
  nowMs: () => number = () => performance.now(),
): Crowd {
  let seenAt = Number.NEGATIVE_INFINITY;
  return {
    note(together) {
      const isCrowd = together >= crowdSize;
      if (isCrowd) seenAt = nowMs();
      return isCrowd;
    },
    async giveWay(workedMs) {
      if (nowMs() - seenAt < crowdLastsMs) await pause(Math.min(2 * workedMs, longestPauseMs));
    },
  };
}
