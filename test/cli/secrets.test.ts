import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import { createHubProcesses } from '../process.ts';
import { runTieline } from './run.ts';

const processes = createHubProcesses();
let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  database = await startTestDatabase({ empty: true });
  const hub = processes.startHub({
    DATABASE_URL: database.url,
    TIELINE_MASTER_KEY: randomBytes(32).toString('base64'),
  });
  const { url, firstToken } = await hub.ready;
  env = { TIELINE_URL: url, TIELINE_TOKEN: firstToken ?? '' };
});
afterAll(async () => {
  await processes.cleanUp();
  await database.close();
});

const tieline = (words: string[], input?: string) => runTieline(['secret', ...words], { env, input });

it('an administrator gives a secret new values, takes an earlier one again, and ends another', async () => {
  const made = await tieline(['create', 'token', '--usage-scope', 'acme', '--json'], 'one\n');
  const { id } = JSON.parse(made.output);
  expect((await tieline(['update', id], 'two\n')).output).toBe('token is at version 2\n');
  expect((await tieline(['restore', id, '1'])).output).toBe('token is at version 3, as version 1 was\n');
  expect((await tieline(['end-version', id, '2'])).output).toBe('Ended version 2\n');
  const versions = await tieline(['versions', id]);
  expect(versions.output).toMatch(/3 +in-use, as version 1 .*\n2 +ended .*\n1 +kept /);
  expect((await tieline(['restore', id, '2'])).notes).toContain('was ended, and its value is gone');
  const edited = await tieline(['edit', id, '--name', 'ci token', '--usage-scope', 'acme/shop']);
  expect(edited.output).toBe('account/ci token may be used in acme/shop\n');
  expect((await tieline(['uses', id, '--json'])).output).toBe('{"items":[]}\n');
  expect((await tieline(['list'])).output).toMatch(/account +ci token +3 +text +acme\/shop /);
});

it('a file is stored with its name, and a wrong use is told', async () => {
  const path = join(await processes.newFolder(), 'client.p12');
  await writeFile(path, randomBytes(2_000));
  const made = await tieline(['create', 'client', '--file', path, '--json']);
  expect(JSON.parse(made.output)).toMatchObject({ kind: 'file', file: { name: 'client.p12', bytes: 2_000 } });
  expect(await tieline(['create', 'other', '--file', '/nowhere'])).toMatchObject({
    code: 2,
    notes: expect.stringContaining('/nowhere cannot be read'),
  });
  expect((await tieline(['rotate-key'])).notes).toContain('No new master key is given');
  expect((await tieline(['rotate-key', '--new-key-file', '-'], 'short')).notes).toContain(
    'must be 32 bytes as base64 or hex',
  );
});

it('the master key is changed in two steps where the hub does not keep it', async () => {
  const key = randomBytes(32).toString('hex');
  const told = await runTieline(['secret', 'rotate-key'], { env: { ...env, TIELINE_NEW_MASTER_KEY: key } });
  expect(told).toMatchObject({ code: 0, output: expect.stringContaining('rotate-key --finish') });
  expect(told.output).not.toContain(key);
  expect((await tieline(['rotate-key', '--finish'])).notes).toContain('still runs with the old master key');
});
