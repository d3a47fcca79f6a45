import { describe, expect, test } from 'vitest';
import { deploymentStates } from '../kit/jira.ts';
import { chooseState, isFinal, stateOf, toBuildState } from './state.ts';

test.each([
  ['pending', 'waiting', 'QUEUED', 'created', 'waiting_for_resource', 'action_required', 'Approval Waiting'],
  ['in_progress', 'running', 'in_progress', 'InProgress', 'in-progress', 'started'],
  [
    'successful',
    'success',
    'successful',
    'Succeeded',
    'SucceededWithIssues',
    'passed',
    'neutral',
    'IgnoreFailed',
  ],
  ['failed', 'failed', 'failure', 'FAILURE', 'error', 'errored', 'timed_out', 'Expired', 'broken'],
  ['cancelled', 'cancelled', 'canceled', 'killed', 'stopped', 'terminated', 'ABORTED', 'stale', 'skipped'],
  ['rolled_back', 'rollback', 'rolled_back', 'RolledBack'],
  ['unknown', 'unknown', 'sucess', '', 'constructor'],
])('%s', (state, ...words) => {
  for (const word of words) expect([word, stateOf(word)]).toEqual([word, state]);
});

test('a build is never rolled back', () => {
  expect(deploymentStates.map(toBuildState)).not.toContain('rolled_back');
  expect(toBuildState('rolled_back')).toBe('unknown');
  expect(toBuildState('failed')).toBe('failed');
});

test('which states are the last', () => {
  expect(deploymentStates.filter(isFinal)).toEqual(['successful', 'failed', 'cancelled', 'rolled_back']);
});

describe('which state is reported', () => {
  test.each([
    [undefined, 'failure', 'failed'],
    ['success', 'success', 'successful'],
    ['success', 'running', 'successful'],
    ['success', undefined, 'successful'],
    ['success', 'what', 'successful'],
    ['failed', 'success', 'failed'],
    ['in_progress', 'failure', 'in_progress'],
    ['rolled_back', 'failure', 'rolled_back'],
    ['cancelled', 'failure', 'cancelled'],
    ['unknown', 'success', 'unknown'],
  ])('STATE %s on a pipeline that is %s: %s', (given, own, state) => {
    expect(chooseState(given, own)).toEqual({ state, notices: [] });
  });

  test.each([
    ['success', 'failure'],
    ['Successful', 'ERROR'],
    ['success', 'killed'],
  ])('STATE %s on a pipeline that is %s: nothing, and it is said', (given, own) => {
    const choice = chooseState(given, own);
    expect(choice.state).toBeUndefined();
    expect(choice.notices.join()).toContain(own);
  });

  test('what cannot be known is said', () => {
    expect(chooseState(undefined, undefined)).toEqual({
      state: 'unknown',
      notices: [expect.stringContaining('STATE')],
    });
    expect(chooseState('sucess', 'success')).toEqual({
      state: 'unknown',
      notices: [expect.stringContaining('sucess')],
    });
  });
});
