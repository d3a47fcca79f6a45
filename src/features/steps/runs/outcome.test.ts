import { describe, expect, it } from 'vitest';
import { TielineError } from '../../../kit/errors.ts';
import { usualPace } from '../../../work/index.ts';
import type { FailureStrategy } from '../documents/plan.ts';
import { issuesIn, judge, type Outcome } from './outcome.ts';
import type { RunnableStep } from './run.ts';

const now = new Date('2026-03-01T12:00:00Z');
const inMs = (ms: number) => new Date(now.getTime() + ms);

const planned = (failureStrategies: FailureStrategy[]): RunnableStep => ({
  id: 'ask',
  identifier: 'ask',
  name: 'Ask',
  type: 'JiraApproval',
  at: 'step',
  timeoutMs: 60_000,
  when: [{ status: 'Success' }],
  failureStrategies,
  connectorRef: 'account.jira',
  spec: {},
  path: ['pipeline', 'stages', 'a', 'spec', 'execution', 'steps', 'ask'],
});

const failed = (error: TielineError, connectionId?: string): Outcome => ({
  state: 'failed',
  error,
  uncertain: false,
  ...(connectionId === undefined ? {} : { connectionId }),
});
const refused = new TielineError('remote-unauthorized', 'no', { retry: 'once-repaired' });
const absent = new TielineError('jira-credential-absent', 'no', { retry: 'once-repaired' });
const later = new TielineError('rate-limited', 'wait', { retry: { after: inMs(30_000) } });
const never = new TielineError('jira-rejected', 'no');
const all = (action: FailureStrategy['action']): FailureStrategy[] => [{ errors: ['AllErrors'], action }];
const twice: FailureStrategy['action'] = {
  type: 'Retry',
  retryCount: 2,
  retryIntervalsMs: [1_000, 5_000],
  onRetryFailure: { type: 'Ignore' },
};

const verdict = (outcome: Outcome, strategies: FailureStrategy[] = [], retries = 0, deadlineMs = 60_000) => {
  if (outcome.state === 'done' || outcome.state === 'waiting') throw new TypeError('nothing to judge');
  const step = { attempts: [], retries, startedAt: now, deadline: inMs(deadlineMs) };
  return judge({ outcome, planned: planned(strategies), step, now, random: 0.5, pace: usualPace });
};

describe('after a try that did not do it', () => {
  it.each([
    ['what fails for good fails the step', failed(never), [], 0, { kind: 'final', action: 'MarkAsFailure' }],
    ['a moment that Jira names is waited for', failed(later), [], 0, { kind: 'again', at: inMs(30_500) }],
    [
      'a refused credential holds the connection',
      failed(refused, 'c'),
      [],
      0,
      { kind: 'held', connectionId: 'c' },
    ],
    [
      'a credential that nobody gave is no reason to hold what works with others',
      failed(absent, 'c'),
      [],
      0,
      { kind: 'final', action: 'MarkAsFailure' },
    ],
    [
      'without a connection to repair it is final',
      failed(refused),
      [],
      0,
      { kind: 'final', action: 'MarkAsFailure' },
    ],
    [
      'a strategy says what is done',
      failed(never),
      all({ type: 'Ignore' }),
      0,
      { kind: 'final', action: 'Ignore' },
    ],
    [
      'what may pass is tried before any strategy',
      failed(later),
      all({ type: 'Ignore' }),
      0,
      { kind: 'again', at: inMs(30_500) },
    ],
    ['the first interval of a retry', failed(never), all(twice), 0, { kind: 'retry', at: inMs(1_000) }],
    ['the last interval of a retry', failed(never), all(twice), 1, { kind: 'retry', at: inMs(5_000) }],
    ['after the retries what comes then', failed(never), all(twice), 2, { kind: 'final', action: 'Ignore' }],
    [
      'time over is a failure too',
      { state: 'expired' } as const,
      all({ type: 'Abort' }),
      0,
      { kind: 'final', action: 'Abort' },
    ],
    [
      'a no is a decision, which AllErrors does not reach',
      { state: 'rejected', reason: 'no', output: {} } as const,
      all({ type: 'Ignore' }),
      0,
      { kind: 'final', action: 'MarkAsFailure' },
    ],
  ] as const)('%s', (_what, outcome, strategies, retries, expected) => {
    expect(verdict(outcome, [...strategies], retries)).toEqual(expected);
  });

  it('is not tried again after the step’s time', () => {
    expect(verdict(failed(later), [], 0, 20_000)).toEqual({ kind: 'final', action: 'MarkAsFailure' });
  });
});

it.each([
  [{ key: 'MYT-1', Summary: 'x' }, ['MYT-1']],
  [{ issue: { key: 'MYT-2' }, decided: 'approved' }, ['MYT-2']],
  [{ issues: [{ key: 'MYT-3' }, { key: 'MYT-4' }] }, ['MYT-3', 'MYT-4']],
  [{ key: 'no key', issue: null, issues: 'none' }, []],
])('the issues in %j are %j', (output, keys) => {
  expect(issuesIn(output)).toEqual(keys);
});
