import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import { clearText, Secret } from '../kit/secret.ts';
import type { Environment } from './ci/definition.ts';
import { type SettingDefinition, settingTable } from './setting-table.ts';
import { readSettings, type SettingSources, settingVariables } from './settings.ts';

const read = (env: Environment, flags: SettingSources['flags'] = {}) =>
  readSettings({ env, flags, readText: (path) => readFileSync(path, 'utf8') });

const given = (env: Environment, flags: SettingSources['flags'] = {}) =>
  Object.fromEntries(Object.entries(read(env, flags)).filter(([, value]) => value !== undefined));

const nothing = { logLevel: 'info', services: [], junit: [], notices: [] };

test("the plugin page's own example", () => {
  const settings = read({
    PLUGIN_PROJECT: 'MYT',
    PLUGIN_CONNECT_KEY: 'key-1',
    PLUGIN_INSTANCE: 'myorg',
    PLUGIN_LOG_LEVEL: 'debug',
    PLUGIN_STATE: 'success',
    PLUGIN_ENVIRONMENT_NAME: 'production',
  });
  expect(settings).toMatchObject({
    projects: ['MYT'],
    siteUrl: 'https://myorg.atlassian.net',
    logLevel: 'debug',
    state: 'success',
    environmentName: 'production',
  });
  expect(settings.connectKey && clearText(settings.connectKey)).toBe('key-1');
  expect(JSON.stringify(settings)).not.toContain('key-1');
});

test('blank settings are as good as absent', () => {
  expect(given({ PLUGIN_STATE: '', PLUGIN_LINK: '  ', STATE: '' }, { project: '' })).toEqual(nothing);
});

test('a flag goes before PLUGIN_, that before TIELINE_, that before the plain name, whatever the case', () => {
  const env = {
    PLUGIN_STATE: 'a',
    plugin_state: 'b',
    TIELINE_STATE: 'c',
    tieline_state: 'd',
    STATE: 'e',
    state: 'f',
  };
  expect(read(env, { state: 'flag' }).state).toBe('flag');
  const names = Object.keys(env);
  names.forEach((_name, index) => {
    const rest = Object.fromEntries(Object.entries(env).slice(index));
    expect(read(rest).state).toBe('abcdef'[index]);
  });
});

test("names that CIs use for themselves count only with a prefix; the hub's address has an alias", () => {
  expect(given({ BUILD_NUMBER: '7', LABEL: 'x', SERVICE: 'y', JUNIT: 'z' })).toEqual(nothing);
  expect(
    given({ PLUGIN_BUILD_NUMBER: '7', TIELINE_LABEL: 'x', TIELINE_URL: 'http://localhost:8080/' }),
  ).toEqual({
    ...nothing,
    buildNumber: 7,
    label: 'x',
    hubUrl: 'http://localhost:8080',
  });
});

describe('secrets', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tieline-secret-')), 'key');
  writeFileSync(path, 'from-file\n');

  test.each<[string, Environment, SettingSources['flags']]>([
    ['a variable', { PLUGIN_CONNECT_KEY_FILE: path }, {}],
    ['a lower-case variable', { connect_key_file: path }, {}],
    ['a flag', { PLUGIN_CONNECT_KEY: 'from-variable' }, { 'connect-key-file': path }],
  ])('come from the file that %s names', (_name, env, flags) => {
    const { connectKey } = read(env, flags);
    expect(connectKey).toBeInstanceOf(Secret);
    expect(connectKey && clearText(connectKey)).toBe('from-file');
  });

  test('a file that is not there is an error that names the variable', () => {
    expect(() => read({ PLUGIN_CLIENT_SECRET_FILE: `${path}.gone` })).toThrow(/PLUGIN_CLIENT_SECRET.*ENOENT/);
  });

  test('other settings do not come from files', () => {
    expect(given({ PLUGIN_STATE_FILE: path })).toEqual(nothing);
  });
});

describe('lists', () => {
  test('projects and issue keys are upper-cased; commas and spaces part them', () => {
    expect(read({ PLUGIN_PROJECT: 'myt, OPS  a_b' }).projects).toEqual(['MYT', 'OPS', 'A_B']);
    const settings = read({ PLUGIN_ISSUEKEYS: 'MYT-1,[myt-2] ,MYT-1, none' });
    expect(settings.issueKeys).toEqual(['MYT-1', 'MYT-2']);
    expect(settings.notices).toEqual([expect.stringContaining('NONE')]);
  });

  test('a repeated flag adds to the list', () => {
    expect(read({}, { service: ['a:1', 'a:2'] }).services).toEqual(['a:1', 'a:2']);
  });

  test('globs keep their braces and spaces', () => {
    expect(read({ PLUGIN_JUNIT: 'my reports/{a,b}/*.xml, c.xml' }).junit).toEqual([
      'my reports/{a,b}/*.xml',
      'c.xml',
    ]);
  });
});

test.each<[Environment, string]>([
  [{ PLUGIN_PROJECT: 'M' }, 'PROJECT names "M"'],
  [{ PLUGIN_PROJECT: 'MYT-1' }, 'PROJECT names "MYT-1"'],
  [{ PLUGIN_LINK: 'build/7' }, 'LINK is not'],
  [{ PLUGIN_LINK: 'javascript:alert(1)' }, 'LINK is not'],
  [{ PLUGIN_BUILD_NUMBER: '7.1' }, 'BUILD_NUMBER is "7.1"'],
  [{ PLUGIN_INSTANCE: 'http://' }, 'PLUGIN_INSTANCE is neither'],
])('%j is refused', (env, message) => {
  expect(() => read(env)).toThrow(TielineError);
  expect(() => read(env)).toThrow(message);
});

test('no two settings share a flag or a variable', () => {
  const settings: SettingDefinition[] = Object.values(settingTable);
  const names = settings.flatMap((setting) => [`--${setting.flag}`, ...settingVariables(setting)]);
  expect(new Set(names).size).toBe(names.length);
});
