import { describe, expect, it } from 'vitest';
import type { CapabilityReport, TestReport } from '../../kit/connector.ts';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { findRefusal, showsRepair } from './hold-rule.ts';

type State = CapabilityReport['state'];
/** A report by capability: its state, or the code with which it failed. */
function reportOf(states: Record<string, State | ErrorCode>): TestReport {
  const plain: string[] = ['ok', 'refused', 'missing', 'not-configured', 'failed'] satisfies State[];
  const capabilities = Object.entries(states).map(([capability, state]): CapabilityReport => {
    if (plain.includes(state)) return { capability, state: state as State, message: capability };
    return { capability, state: 'failed', code: state as ErrorCode, message: capability };
  });
  const ok = capabilities.every(({ state }) => state !== 'failed' && state !== 'refused');
  return { ok, outcome: ok ? 'passed' : 'failed', capabilities, tookMs: 1 };
}

describe('a test', () => {
  it.each<[string, Record<string, State | ErrorCode>, ErrorCode | undefined]>([
    ['that passes', { account: 'ok', builds: 'ok' }, undefined],
    ['with a refused credential', { site: 'ok', builds: 'remote-unauthorized' }, 'remote-unauthorized'],
    ['with a lost authorisation', { account: 'authorization-lost' }, 'authorization-lost'],
    ['with a secret that is gone', { settings: 'remote-unauthorized' }, 'remote-unauthorized'],
    ['that refuses the user alone', { account: 'remote-unauthorized', builds: 'ok' }, undefined],
    [
      'that refuses the user, and there is no other credential',
      { account: 'remote-unauthorized', builds: 'not-configured' },
      'remote-unauthorized',
    ],
    ['with one API refused', { builds: 'ok', deployments: 'remote-unauthorized' }, undefined],
    ['with a permission refused', { builds: 'remote-forbidden' }, undefined],
    ['with a network that fails', { site: 'network-failed', builds: 'network-failed' }, undefined],
    ['with Jira down', { site: 'remote-failed', builds: 'rate-limited' }, undefined],
    [
      'of a proxy that refuses us',
      { site: 'proxy-unauthorized', builds: 'proxy-unauthorized' },
      'proxy-unauthorized',
    ],
    ['with a clock that is wrong', { clock: 'failed', builds: 'ok' }, undefined],
  ])('%s holds work for the right reason, or not', (_name, states, code) => {
    expect(findRefusal(reportOf(states))?.code).toBe(code);
  });

  it.each<[string, Record<string, State | ErrorCode>, string, boolean]>([
    ['that passes', { account: 'ok', builds: 'ok' }, 'remote-unauthorized', true],
    ['where only a permission is missing', { builds: 'missing' }, 'remote-unauthorized', true],
    ['where the clock alone is wrong', { clock: 'failed', builds: 'ok' }, 'remote-unauthorized', true],
    ['that failed on the way', { site: 'ok', builds: 'network-failed' }, 'remote-unauthorized', false],
    [
      'where it is refused still',
      { site: 'ok', builds: 'remote-unauthorized' },
      'remote-unauthorized',
      false,
    ],
    ['with the user’s consent', { account: 'ok', builds: 'not-configured' }, 'authorization-missing', true],
    ['without it', { site: 'ok', account: 'authorization-lost' }, 'authorization-lost', false],
    [
      'without the credential that work wants',
      { account: 'ok', builds: 'not-configured' },
      'jira-credential-absent',
      false,
    ],
    ['with that credential', { builds: 'ok' }, 'jira-credential-absent', true],
  ])('%s releases work, or not', (_name, states, heldFor, repaired) => {
    expect(showsRepair(reportOf(states), heldFor)).toBe(repaired);
  });
});
