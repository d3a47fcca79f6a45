import { describe, expect, it } from 'vitest';
import { TielineError } from '../../../kit/errors.ts';
import { settle } from './settle.ts';

const patience = { pausesMs: [0, 1, 1], morePausesMs: [1, 1] };
const { signal } = new AbortController();

/** Looks that say one thing after the other, the last one for good. */
function looks(...says: (string | undefined | TielineError)[]) {
  let count = 0;
  return {
    count: () => count,
    async look() {
      const said = says[Math.min(count, says.length - 1)];
      count += 1;
      if (said instanceof TielineError) throw said;
      return said;
    },
  };
}
const away = new TielineError('network-failed', 'away');

describe('looking for what may have been done', () => {
  it.each([
    ['is found at once', ['MYT-1'], false, 'MYT-1', 1],
    ['is found later', [undefined, away, 'MYT-1'], false, 'MYT-1', 3],
    ['was not done when the last look found nothing', [undefined], false, 'not-done', 3],
    ['was not done when Jira came back', [away, away, away, undefined], false, 'not-done', 4],
    ['is unknown when Jira does not come back', [undefined, undefined, away], false, 'unknown', 5],
    ['is unknown when Jira may be at it still', [undefined], true, 'unknown', 5],
    ['is found when Jira was at it still', [undefined, undefined, undefined, 'MYT-1'], true, 'MYT-1', 4],
  ] as const)('it %s', async (_what, says, slow, expected, times) => {
    const { look, count } = looks(...says);
    expect(await settle(look, patience, { slow, signal })).toBe(expected);
    expect(count()).toBe(times);
  });

  it('ends with what no later look can mend, and when the run is cancelled', async () => {
    const refused = new TielineError('remote-forbidden', 'no');
    await expect(settle(looks(refused).look, patience, { slow: false, signal })).rejects.toBe(refused);
    const cancelled = AbortSignal.abort();
    await expect(
      settle(looks(undefined).look, patience, { slow: false, signal: cancelled }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
