import { describe, expect, it } from 'vitest';
import { failureStrategiesOf, type StepFailure, strategyFor } from './failure-strategies.ts';
import type { FailureStrategy } from './plan.ts';

const when = (...errors: string[]): FailureStrategy => ({ errors, action: { type: 'Ignore' } });

describe('a failure strategy', () => {
  it.each<[string, FailureStrategy, StepFailure, boolean]>([
    ['every error', when('AllErrors'), { code: 'jira-rejected' }, true],
    ['every error, and a time-out is one', when('AllErrors'), 'expired', true],
    ['every error, and a rejection is none', when('AllErrors'), 'rejected', false],
    ['a rejection by its name', when('ApprovalRejection'), 'rejected', true],
    ['what has run out of time', when('Timeout'), 'expired', true],
    ['an answer that did not come', when('Timeout'), { code: 'request-timed-out' }, true],
    ['a refused credential', when('Authentication'), { code: 'remote-unauthorized' }, true],
    ['a missing permission', when('Authorization'), { code: 'remote-forbidden' }, true],
    ['a side out of reach', when('Connectivity'), { code: 'network-failed' }, true],
    ['anything else', when('Unknown'), { code: 'jira-rejected' }, true],
    ['another kind', when('Verification', 'Timeout'), { code: 'jira-rejected' }, false],
  ])('for %s', (_title, strategy, failure, expected) => {
    expect(strategyFor([strategy], failure)).toEqual(expected ? { type: 'Ignore' } : undefined);
  });

  it('is the first that fits', () => {
    const abort: FailureStrategy = { errors: ['AllErrors'], action: { type: 'Abort' } };
    expect(strategyFor([when('Timeout'), abort, when('AllErrors')], { code: 'jira-rejected' })).toEqual({
      type: 'Abort',
    });
  });

  it.each(['StageRollback', 'PipelineRollback', 'ManualIntervention'])(
    '%s fails the stage where that was asked for',
    (type) => {
      const notices: string[] = [];
      const given = [{ onFailure: { errors: ['allErrors'], action: { type } } }];
      const read = failureStrategiesOf(true, (text) => notices.push(text)).parse(given);
      expect(read).toEqual([{ errors: ['AllErrors'], action: { type: 'MarkAsFailure' } }]);
      expect(notices).toEqual([`${type} is not done here: the stage fails instead`]);
      expect(
        failureStrategiesOf(false, () => undefined).safeParse(given).error?.issues[0]?.message,
      ).toContain('there are Ignore, MarkAsSuccess, MarkAsFailure, Abort, Retry');
    },
  );

  it.each([
    [{ retryCount: 0 }, 'retryCount'],
    [{ retryCount: 101 }, 'retryCount'],
    [{ retryCount: 1, retryIntervals: ['5s'] }, 'retryIntervals'],
    [{ retryCount: 1, tries: 2 }, 'tries'],
    [{ retryCount: 1, onRetryFailure: { action: { type: 'Pray' } } }, 'Pray'],
  ])('refuses the retry %j', (spec, told) => {
    const given = [{ onFailure: { errors: ['AllErrors'], action: { type: 'Retry', spec } } }];
    const issues = failureStrategiesOf(true, () => undefined).safeParse(given).error?.issues ?? [];
    expect(issues.map(({ path, message }) => `${path.join('.')} ${message}`).join()).toContain(told);
  });
});
