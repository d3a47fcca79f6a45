import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { asTielineError } from '../../kit/errors.ts';
import { readSecretFile, readVariable } from './machine-secrets.ts';

/** Of every Unix; no package brings it. */
const makePipe = 'mkfifo';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tieline-secrets-'));
  await mkdir(join(folder, 'allowed'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a secret in a file', () => {
  const read = (path: string) =>
    readSecretFile(readConfig({ TIELINE_SECRET_FILES: join(folder, 'allowed') }).machineSecrets, path);
  const told = (path: string) =>
    read(path).then(
      () => 'read',
      (thrown: unknown) => `${asTielineError(thrown).code}: ${asTielineError(thrown).message}`,
    );
  const at = (name: string) => join(folder, 'allowed', name);

  it('is read below an allowed folder, also by a link that stays there, as Kubernetes makes them', async () => {
    await mkdir(at('..data'));
    await writeFile(at('..data/token'), 'x\n');
    await symlink('..data/token', at('token'));
    await symlink(join(folder, 'allowed'), join(folder, 'way'));
    for (const path of [at('token'), at('..data/token'), join(folder, 'way', 'token')]) {
      expect(await told(path)).toBe('read');
    }
  });

  it('is not read elsewhere: not by a link, not by dots, not by a folder with a longer name', async () => {
    await writeFile(join(folder, 'outside'), 'x');
    await symlink(join(folder, 'outside'), at('link'));
    await mkdir(join(folder, 'allowed-too'));
    await writeFile(join(folder, 'allowed-too', 'x'), 'x');
    const paths = [join(folder, 'outside'), at('link'), at('../outside'), join(folder, 'allowed-too', 'x')];
    for (const path of paths) expect(await told(path)).toMatch(/^reference-out-of-scope: The file/);
  });

  it('is told by what is wrong with it', async () => {
    await writeFile(at('large'), 'x'.repeat(65_537));
    await writeFile(at('empty'), '\n');
    await mkdir(at('folder'));
    execFileSync(makePipe, [at('pipe')]);
    expect(await told(at('none'))).toMatch(/^reference-not-found: .* does not exist/);
    expect(await told(at('large'))).toMatch(/is larger than 65536 bytes/);
    expect(await told(at('empty'))).toMatch(/is empty/);
    expect(await told(at('folder'))).toMatch(/is no file/);
    expect(await told(at('pipe'))).toMatch(/is no file/);
  });
});

describe('a secret in the environment', () => {
  const read = (environment: Record<string, string>, name: string): string => {
    try {
      return readVariable(readConfig(environment).machineSecrets, name).constructor.name;
    } catch (thrown) {
      return asTielineError(thrown).code;
    }
  };

  it.each<[string, Record<string, string>, string, string]>([
    ['named for it', { TIELINE_SECRET_JIRA: 'x' }, 'TIELINE_SECRET_JIRA', 'Secret'],
    ['listed', { JIRA: 'x', TIELINE_SECRET_VARIABLES: 'OTHER, JIRA' }, 'JIRA', 'Secret'],
    ['not set', {}, 'TIELINE_SECRET_JIRA', 'reference-not-found'],
    ['empty', { TIELINE_SECRET_JIRA: '' }, 'TIELINE_SECRET_JIRA', 'reference-not-found'],
    ['not listed', { HOME: '/root' }, 'HOME', 'reference-out-of-scope'],
    [
      'a setting of the hub itself',
      { TIELINE_SECRET_FILES: '/x' },
      'TIELINE_SECRET_FILES',
      'reference-out-of-scope',
    ],
    [
      'the master key, even listed',
      { TIELINE_MASTER_KEY: 'x', TIELINE_SECRET_VARIABLES: 'TIELINE_MASTER_KEY' },
      'TIELINE_MASTER_KEY',
      'reference-out-of-scope',
    ],
    [
      'the database, even listed',
      { DATABASE_URL: 'x', TIELINE_SECRET_VARIABLES: 'DATABASE_URL' },
      'DATABASE_URL',
      'reference-out-of-scope',
    ],
    ['a name of every object', {}, 'constructor', 'reference-out-of-scope'],
  ])('that is %s', (_name, environment, variable, outcome) => {
    expect(read(environment, variable)).toBe(outcome);
  });
});
