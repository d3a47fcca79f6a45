import { expect, it } from 'vitest';
import { type BehaviourFlags, readBehaviour } from './report-behaviour.ts';

const usual = {
  waitMs: 30_000,
  waitForAnswer: true,
  dryRun: false,
  strict: false,
  ignoreErrors: false,
  sinceLastDeployment: true,
  askCodeHost: true,
  gate: false,
  gateTimeoutMs: 1_800_000,
  json: false,
};

it.each<[string, BehaviourFlags, Record<string, string>, object]>([
  ['nothing', {}, {}, {}],
  ['plain names, which CIs use for themselves', {}, { WAIT: '1', STRICT: 'true' }, {}],
  ['a time', { wait: '2.5' }, {}, { waitMs: 2_500 }],
  ['a time as a variable', {}, { PLUGIN_WAIT: '5' }, { waitMs: 5_000 }],
  ['a flag before a variable', { wait: '2' }, { PLUGIN_WAIT: '5' }, { waitMs: 2_000 }],
  [
    'no waiting, though there is a time for retries',
    { wait: false },
    { PLUGIN_WAIT: '5' },
    { waitMs: 5_000, waitForAnswer: false },
  ],
  ['no waiting as a variable', {}, { plugin_no_wait: 'yes' }, { waitForAnswer: false }],
  [
    'switches',
    { dryRun: true },
    { PLUGIN_STRICT: 'TRUE', tieline_ignore_errors: '1' },
    { dryRun: true, strict: true, ignoreErrors: true },
  ],
  [
    'a gate with its time',
    { gateTimeout: '60' },
    { PLUGIN_GATE: 'true', PLUGIN_GATE_TIMEOUT: '5' },
    { gate: true, gateTimeoutMs: 60_000 },
  ],
  [
    'a gate by variables',
    {},
    { plugin_gate: 'on', PLUGIN_GATE_TIMEOUT: '5' },
    { gate: true, gateTimeoutMs: 5_000 },
  ],
  ['no history', {}, { PLUGIN_SINCE_LAST_DEPLOYMENT: 'false' }, { sinceLastDeployment: false }],
  ['a history after all', { sinceLastDeployment: true }, { PLUGIN_SINCE_LAST_DEPLOYMENT: 'no' }, {}],
  ['no question to the code host', {}, { PLUGIN_ASK_CODE_HOST: 'no' }, { askCodeHost: false }],
  ['switches that are off', {}, { PLUGIN_STRICT: 'false', PLUGIN_DRY_RUN: ' ' }, {}],
])('%s', (_name, flags, env, expected) => {
  expect(readBehaviour(flags, env)).toEqual({ ...usual, ...expected });
});

it.each<[BehaviourFlags, Record<string, string>, string]>([
  [{ wait: 'soon' }, {}, '--wait soon is not a number'],
  [{ wait: '' }, {}, '--wait  is not a number'],
  [{ wait: '-1' }, {}, '--wait -1 is not a number'],
  [{}, { PLUGIN_WAIT: '4000' }, 'PLUGIN_WAIT 4000 is not a number of seconds from 0 to 3600'],
  [{ gate: true, wait: false }, {}, '--gate waits for a decision, and --no-wait forbids waiting'],
  [{ gateTimeout: '90000' }, {}, '--gate-timeout 90000 is not a number of seconds from 0 to 86400'],
  [{}, { PLUGIN_STRICT: 'perhaps' }, 'PLUGIN_STRICT is "perhaps"'],
])('%j with %j is refused', (flags, env, message) => {
  expect(() => readBehaviour(flags, env)).toThrow(message);
});
