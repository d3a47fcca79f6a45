import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import { createHubProcesses } from '../process.ts';
import { type CommandEnd, runTieline } from './run.ts';

const processes = createHubProcesses();
let database: TestDatabase;
let jira: JiraSimulator;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  database = await startTestDatabase({ empty: true });
  jira = await startJiraSimulator({ edition: 'cloud' });
  folder = await processes.newFolder();
  const hub = processes.startHub({
    DATABASE_URL: database.url,
    TIELINE_MASTER_KEY: randomBytes(32).toString('base64'),
  });
  const { url, firstToken } = await hub.ready;
  env = {
    TIELINE_URL: url,
    TIELINE_TOKEN: firstToken ?? '',
    JIRA_TOKEN: jira.accounts[0]?.apiToken ?? '',
    JIRA_CLIENT_SECRET: jira.clients[0]?.clientSecret ?? '',
  };
});

afterAll(async () => {
  await processes.cleanUp();
  await jira.close();
  await database.close();
});

const tieline = (words: string[], input?: string): Promise<CommandEnd> => runTieline(words, { env, input });
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const connection = () => `
kind: ConnectKey
name: pipelines
scope: acme
spec: { connection: jira, projects: [MYT] }
---
kind: Connection
name: jira
scope: acme
labels: { team: shop }
spec:
  connector: jira
  settings:
    baseUrl: ${jira.siteUrl}
    gatewayUrl: ${jira.gatewayUrl}
    platform: { type: api-token, email: ${jira.accounts[0]?.email}, token: { secret: account.jira-token } }
    devops: { clientId: ${jira.clients[0]?.clientId}, clientSecret: { secret: account.jira-client-secret } }
    allowAddresses: [127.0.0.1/32]
`;
const secrets = `
kind: Secret
name: jira-token
spec: { valueFrom: { env: JIRA_TOKEN } }
---
kind: Secret
name: jira-client-secret
spec: { valueFrom: { file: client-secret.txt } }
`;

describe('a folder of files', () => {
  it('is planned, applied and tested, exported, and then says what is there', async () => {
    const files = join(folder, 'files');
    mkdirSync(files);
    writeFileSync(join(files, 'b-secrets.yml'), secrets);
    writeFileSync(join(files, 'a-connection.yaml'), connection());
    writeFileSync(join(files, 'client-secret.txt'), `${env.JIRA_CLIENT_SECRET}\n`);

    const planned = await tieline(['apply', '-f', files, '--dry-run']);
    expect(planned).toEqual({
      code: 0,
      notes: '',
      output: [
        'create  Secret account/jira-token',
        'create  Secret account/jira-client-secret',
        'create  Connection acme/jira',
        'create  ConnectKey acme/pipelines',
        'Dry run, nothing was changed: 4 create',
        '',
      ].join('\n'),
    });
    const applied = await tieline(['apply', '-f', files, '--test']);
    expect(applied).toMatchObject({ code: 0, notes: '' });
    expect(applied.output).toContain('\nApplied: 4 create\n');
    expect(applied.output).toMatch(/The connect key pipelines, shown this once: tieline_ck_\w{46}\n/);
    expect(applied.output).toMatch(/acme\/jira: (OK|LIMITED): Jira Cloud .*, as Ada Admin\n/);

    writeFileSync(join(files, 'a-connection.yaml'), connection().replace('[MYT]', '[MYT, OPS]'));
    const changed = await tieline(['apply', '-f', files]);
    expect(changed.output).toMatch(
      /^update +ConnectKey acme\/pipelines\n +spec\.projects: \["MYT"\] -> \["MYT","OPS"\]$/m,
    );
    expect(changed.output).toContain('Applied: 3 unchanged, 1 update');

    const out = join(folder, 'exported');
    const exported = await tieline(['export', '-o', out]);
    expect(exported.output).toBe(
      ['secret', 'connection', 'connect-key'].map((name) => `Wrote ${join(out, name)}.yaml\n`).join(''),
    );
    expect(readFileSync(join(out, 'connect-key.yaml'), 'utf8')).toBe(`kind: ConnectKey
name: pipelines
scope: acme
spec:
  connection: jira
  projects:
    - MYT
    - OPS
`);
    const again = await tieline(['apply', '-f', out]);
    expect(again.output).toContain('Applied: 4 unchanged');
    const whole = await tieline(['export']);
    expect((await tieline(['apply', '-f', '-'], whole.output)).output).toContain('Applied: 4 unchanged');
    const some = await tieline(['export', '--scope', 'acme', '--kind', 'Connection', '--json']);
    expect(JSON.parse(some.output).documents).toMatchObject([{ name: 'jira', labels: { team: 'shop' } }]);

    const shown = [planned, applied, changed, exported, whole, some].map(
      ({ output, notes }) => output + notes,
    );
    for (const clear of [env.JIRA_TOKEN, env.JIRA_CLIENT_SECRET]) expect(shown.join('')).not.toContain(clear);
  });

  it('is pruned by a label', async () => {
    const label = write(
      'label.yaml',
      'kind: Secret\nname: old\nlabels: { team: old }\nspec: { valueFrom: { env: JIRA_TOKEN } }',
    );
    await tieline(['apply', '-f', label]);
    const empty = write('empty.yaml', '# nothing any more\n');
    const pruned = await tieline(['apply', '-f', empty, '--prune-label', 'team=old']);
    expect(pruned.output).toBe('delete  Secret account/old\nApplied: 1 delete\n');
    const nothing = await tieline(['apply', '-f', empty, '--prune-label', 'team=old', '--json']);
    expect(JSON.parse(nothing.output)).toEqual({ items: [], applied: true, notices: [] });
  });
});

describe('what cannot be applied', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghi'.split('').map((letter, index) => {
      const before = `*${'abcdefghi'[index]}`;
      return `${letter}: &${letter} [${Array.from({ length: 9 }, () => before).join(', ')}]`;
    }),
  ].join('\n');

  it.each([
    ['broken YAML', 'kind: Secret\nname: [x\n', /broken\.yaml:\d+:\d+: /],
    ['a key twice', 'kind: Secret\nname: x\nname: y\n', /broken\.yaml:3:1: Map keys must be unique/],
    ['a list', '- kind: Secret\n', /broken\.yaml:1:1: A document must have fields/],
    ['an unknown tag', 'kind: Secret\nname: !vault x\n', /broken\.yaml:2:7: Unresolved tag/],
    ['aliases that unfold to millions', bomb, /broken\.yaml:1:1: Excessive alias count/],
    [
      'a value in the file',
      'kind: Secret\nname: x\nspec:\n  value: s3cret\n',
      /broken\.yaml:4:10: spec\.value/,
    ],
    [
      'a variable that is not set',
      'kind: Secret\nname: x\nspec: { valueFrom: { env: NOT_SET } }',
      /NOT_SET is not set/,
    ],
    [
      'a file that is not there',
      'kind: Secret\nname: x\nspec: { valueFrom: { file: gone } }',
      /gone cannot be read/,
    ],
    [
      'two sources',
      'kind: Secret\nname: x\nspec: { valueFrom: { file: a, env: B } }',
      /must be \{ env: NAME \}/,
    ],
    [
      'an unknown kind',
      'name: x\nkind: Secrets\nspec: {}\n',
      /broken\.yaml:2:7: kind: must be one of Secret/,
    ],
    [
      'an unknown field',
      'kind: Secret\nname: x\nspec:\n  descripton: y\n',
      /broken\.yaml:4:15: spec\.descripton: is no/,
    ],
    [
      'a wrong field of a second document',
      '---\nkind: Secret\nname: x\nspec: {}\n---\nconnector: { identifier: x, type: Git, spec: { jiraUrl: y } }\n',
      /broken\.yaml:6:35: connector\.type: must be Jira/,
    ],
  ])('%s: exit code 2, with the line and column', async (_what, text, expected) => {
    const file = write('broken.yaml', text);
    const end = await tieline(['apply', '-f', file]);
    expect(end.notes).toMatch(expected);
    expect(end).toMatchObject({ code: 2, output: '' });
    expect(end.notes).not.toContain('s3cret');
  });

  it('a folder without files and a file that is not there: exit code 2', async () => {
    const empty = await processes.newFolder();
    for (const path of [empty, join(empty, 'gone.yaml')]) {
      expect((await tieline(['apply', '-f', path])).code).toBe(2);
    }
    expect((await tieline(['apply'])).code).toBe(2);
  });

  it('what the hub refuses: exit code 3, with the place and the reason', async () => {
    const file = write(
      'refused.yaml',
      '# A comment\nkind: ConnectKey\nname: x\nspec:\n  connection: nowhere\n',
    );
    const end = await tieline(['apply', '-f', file]);
    expect(end.code).toBe(3);
    expect(end.notes).toContain('ConnectKey "x" in account: There is no connection "nowhere"');
    expect(end.notes).toContain('refused.yaml:2:1');
    const asJson = await tieline(['apply', '-f', file, '--json']);
    expect(JSON.parse(asJson.notes).error).toMatchObject({ code: 'resource-not-found' });
    const valueless = write('valueless.yaml', 'kind: Secret\nname: nothing\nspec: {}\n');
    expect((await tieline(['apply', '-f', valueless, '--dry-run'])).output).toContain('needs-value  Secret');
    expect((await tieline(['apply', '-f', valueless])).code).toBe(3);
    const stranger = await runTieline(['apply', '-f', valueless], { env: { ...env, TIELINE_TOKEN: 'x' } });
    expect(stranger.code).toBe(3);
  });

  it('a connection that does not work is saved; --test says so with exit code 3', async () => {
    const file = write(
      'failing.yaml',
      connection()
        .replace('name: jira', 'name: failing')
        .replace(/kind: ConnectKey[\s\S]*?---/, '')
        .replace('account.jira-token', 'account.jira-client-secret'),
    );
    const end = await tieline(['apply', '-f', file, '--test', '--json']);
    expect(end.code).toBe(3);
    expect(JSON.parse(end.output)).toMatchObject({
      applied: true,
      items: [{ action: 'create' }],
      tests: [{ name: 'failing', report: { ok: false } }],
    });
  });

  it('a hub that is not reached: exit code 4', async () => {
    const file = write('good.yaml', 'kind: Secret\nname: x\nspec: {}\n');
    const end = await runTieline(['apply', '-f', file], {
      env: { ...env, TIELINE_URL: 'http://127.0.0.1:9' },
    });
    expect(end.code).toBe(4);
  });
});

it('the examples can be applied, twice', async () => {
  const examples = fileURLToPath(new URL('../../examples/as-code', import.meta.url));
  const files = join(await processes.newFolder(), 'examples');
  cpSync(examples, files, { recursive: true });
  // Nobody's address: a test must not call on whoever has the name.
  for (const name of readdirSync(files, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.yaml')) continue;
    const path = join(files, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/https:\/\/[\w.-]+/g, 'http://127.0.0.1:9'));
  }
  const values = { ...env, CODE_TOKEN: 'x' };
  const applied = await runTieline(['apply', '-f', files], { env: values });
  expect(applied.code, applied.notes).toBe(0);
  expect(applied.output).toMatch(/create +Link acme\/retail\n/);
  expect(applied.output).toMatch(/create +Connection acme\/shop\/jira_server\n/);
  expect(applied.notes).toContain('delegateSelectors has no place here');
  const again = await runTieline(['apply', '-f', files], { env: values });
  expect(again.output).toMatch(/^Applied: \d+ unchanged$/m);
});
