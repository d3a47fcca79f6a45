import { randomBytes } from 'node:crypto';
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
    TIELINE_PUBLIC_URL: 'https://tieline.example.com/',
  });
  const { url, firstToken } = await hub.ready;
  env = { TIELINE_URL: url, TIELINE_TOKEN: firstToken ?? '' };
});
afterAll(async () => {
  await processes.cleanUp();
  await database.close();
});

const tieline = (words: string, changed: Record<string, string> = {}) =>
  runTieline(words.split(' '), { env: { ...env, ...changed } });
const json = async (words: string) => JSON.parse((await tieline(`${words} --json`)).output);

it('an administrator lets people in, and shuts them out', async () => {
  const added = await tieline('user add Ada@example.com --name Ada --role editor --scope acme');
  expect(added).toMatchObject({ code: 0, output: 'Made ada@example.com (editor in acme)\n' });
  const link = await tieline('user set-password ada@example.com');
  expect(link.output).toMatch(/^https:\/\/tieline\.example\.com\/invitation\/[\w-]{43}\n$/);
  expect((await tieline('role grant ada@example.com administrator')).output).toBe(
    'ada@example.com is administrator in account\n',
  );
  expect((await tieline('user list')).output).toMatch(
    /ada@example\.com +Ada +administrator, editor in acme +not yet +never/,
  );
  const refused = await tieline('user disable ada@example.com');
  expect([refused.code, refused.notes]).toEqual([
    1,
    expect.stringContaining('is the last user who administers'),
  ]);
  expect((await json('role list')).items).toMatchObject([
    { who: 'ada@example.com', scope: 'account', role: 'administrator', source: 'person' },
    { who: 'ada@example.com', scope: 'acme', role: 'editor' },
  ]);
  expect((await tieline('role revoke ada@example.com --scope acme')).code).toBe(0);
  expect((await tieline('role grant ada@example.com king')).code).toBe(2);
});

it('a group of the issuer gets a role, and loses it', async () => {
  expect((await tieline('role group grant devs editor --scope acme')).output).toBe(
    'Who is in devs is editor in acme\n',
  );
  const again = await tieline('role group grant devs viewer --scope acme');
  expect([again.code, again.notes]).toEqual([1, expect.stringContaining('already')]);
  const [{ id }] = (await json('role group list')).items;
  expect((await tieline(`role group revoke ${id}`)).output).toBe(`Revoked ${id}\n`);
  expect((await tieline('role group list')).output).toBe('(none)\n');
  expect((await tieline('role group grant devs king')).code).toBe(2);
});

it('a robot gets a token, and loses it', async () => {
  expect((await tieline('service-account add robot --scope acme')).output).toMatch(/^Made robot in acme \(/);
  const [robot] = (await json('service-account list')).items;
  expect((await tieline(`role grant ${robot.id} viewer --scope acme`)).code).toBe(0);
  const made = await tieline(`token create nightly --service-account ${robot.id} --role operator`);
  const token = made.output.trim();
  expect(token).toMatch(/^tieline_at_\w{46}$/);
  expect((await tieline('delivery list', { TIELINE_TOKEN: token })).code).toBe(0);
  expect((await tieline('token list')).output).toMatch(/nightly +robot +operator +acme/);
  await tieline(`service-account disable ${robot.id}`);
  expect((await tieline('delivery list', { TIELINE_TOKEN: token })).notes).toContain('revoked');
  await tieline(`service-account enable ${robot.id}`);
  const [{ id }] = (await json('token list')).items;
  expect((await tieline(`token revoke ${id}`)).output).toBe(`Revoked ${id}\n`);
  expect((await tieline('delivery list', { TIELINE_TOKEN: token })).code).toBe(1);
});

it('all of it stands in the audit log', async () => {
  const lines = (await tieline('audit export')).output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ action }) => action).slice(0, 4)).toEqual([
    'user.created',
    'role.granted',
    'user.invited',
    'role.granted',
  ]);
  expect((await tieline('audit list --action service-account.disabled')).output).toMatch(
    /service-account\.disabled +service-account robot +acme +token first administrator +127\.0\.0\.1/,
  );
  const some = await json('audit list --subject ada@example.com --limit 2');
  expect(some.items).toHaveLength(2);
});
