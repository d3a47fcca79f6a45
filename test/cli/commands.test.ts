import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import { createHubProcesses } from '../process.ts';
import { runTieline } from './run.ts';

const processes = createHubProcesses();
let database: TestDatabase;
let jira: JiraSimulator;
let env: Record<string, string>;

beforeAll(async () => {
  database = await startTestDatabase({ empty: true });
  jira = await startJiraSimulator({ edition: 'cloud' });
  const hub = processes.startHub({
    DATABASE_URL: database.url,
    TIELINE_MASTER_KEY: randomBytes(32).toString('base64'),
  });
  const { url, firstToken } = await hub.ready;
  env = { TIELINE_URL: url, TIELINE_TOKEN: firstToken ?? '' };
});

afterAll(async () => {
  await processes.cleanUp();
  await jira.close();
  await database.close();
});

const tieline = (words: string, input?: string) => runTieline(words.split(' '), { env, input });

describe('an administrator at the command line', () => {
  it('sets a connection up, reports, and finds what became of it', async () => {
    const [account] = jira.accounts;
    const [client] = jira.clients;
    const secrets = [
      await tieline('secret create jira-token', `${account?.apiToken}\n`),
      await tieline('secret create jira-client-secret', client?.clientSecret),
    ];
    expect(secrets.map(({ output }) => output)).toEqual([
      'Stored account/jira-token (version 1)\n',
      'Stored account/jira-client-secret (version 1)\n',
    ]);

    const settings = {
      baseUrl: jira.siteUrl,
      gatewayUrl: jira.gatewayUrl,
      platform: { type: 'api-token', email: account?.email, token: { secret: 'account.jira-token' } },
      devops: { clientId: client?.clientId, clientSecret: { secret: 'account.jira-client-secret' } },
      allowAddresses: ['127.0.0.1/32'],
    };
    const made = await tieline('connection create jira', JSON.stringify(settings));
    expect(made.output).toMatch(/^Made account\/jira: passed\nOK: Jira Cloud .*, as Ada Admin\n/);

    const test = await tieline('connection test account.jira --project MYT');
    expect(test).toMatchObject({ code: 0, notes: '' });
    expect(test.output).toMatch(/^OK: Jira Cloud .*, as Ada Admin\n/);
    expect(test.output).toMatch(/permissions +ok/);

    const key = await tieline('connect-key create pipeline --connection account.jira --project MYT');
    expect(key.output).toMatch(/^tieline_ck_\w{46}\n$/);
    const report = await runTieline(
      [
        'report',
        '--connect-hostname',
        env.TIELINE_URL ?? '',
        '--link',
        'https://ci.example.com/1',
        '--state',
        'success',
      ],
      { env: { CONNECT_KEY: key.output.trim(), DRONE: 'true', DRONE_COMMIT_MESSAGE: 'MYT-1 and MYT-99999' } },
    );
    expect(report.code).toBe(0);
    expect(report.output).toMatch(/MYT-1 +linked/);
    expect(report.output).toMatch(/MYT-99999 +unknown to Jira/);

    const list = JSON.parse((await tieline('delivery list --issue MYT-1 --json')).output);
    const [delivery] = list.items;
    expect(delivery).toMatchObject({ state: 'partial', topic: 'build' });
    const shown = await tieline(`delivery show ${delivery.id} --bodies`);
    expect(shown.output).toContain('MYT-99999  unknown: Jira knows no such issue');
    expect(shown.output).toContain('"unknownIssueKeys"');
    const replayed = await tieline(`delivery replay ${delivery.id}`);
    expect(replayed.output).toMatch(new RegExp(`^${delivery.id} again as [0-9a-f-]+: queued\n$`));

    const explained = await tieline('explain MYT-99999');
    expect(explained.output).toMatch(/build \d+ of .+ +\S+ +unknown +jira/);
    expect(explained.output).toMatch(/by pipeline, delivery /);
    expect(explained.output).toContain('knows no issue MYT-99999');
    expect(explained.output).toMatch(
      / +JIRA HOLDS +ADDRESS\n.* unknown +jira +successful \((same as|older than) sent\) /,
    );
    expect((await tieline('explain MYT-99999 --offline')).output).not.toContain('JIRA HOLDS');
    expect(JSON.parse((await tieline('explain OPS-1 --json')).output)).toMatchObject({ deliveries: [] });

    const everything = [...secrets, made, test, shown, replayed, explained]
      .map(({ output, notes }) => output + notes)
      .join('');
    expect(everything).not.toContain(account?.apiToken);
    expect(everything).not.toContain(client?.clientSecret);
  });

  it('is told what does not work before a connection is saved, and may save it all the same', async () => {
    const settings = {
      baseUrl: jira.siteUrl,
      gatewayUrl: jira.gatewayUrl,
      devops: { clientId: 'nobody', clientSecret: { secret: 'account.jira-client-secret' } },
      allowAddresses: ['127.0.0.1/32'],
    };
    const tried = await tieline('connection test --settings-file -', JSON.stringify(settings));
    expect(tried.code).toBe(3);
    // One cause is told once.
    expect(tried.output).toMatch(/ builds +REFUSED +http\S+ answered 401/);
    expect(tried.output).toMatch(/ deployments +REFUSED +as builds\n/);
    expect((await tieline('connection list')).output).not.toContain('not saved');
    const refused = await tieline('connection create wrong', JSON.stringify(settings));
    expect(refused.code).toBe(3);
    expect(refused.output).toMatch(/^NOT OK: Jira Cloud[\s\S]* builds +REFUSED [\s\S]*Not saved\./);
    const asJson = await tieline('connection create wrong --json', JSON.stringify(settings));
    expect(asJson.code).toBe(3);
    expect(JSON.parse(asJson.output)).toMatchObject({
      error: { code: 'connection-test-failed' },
      report: { outcome: 'failed' },
    });
    const saved = await tieline('connection create wrong --save-failing', JSON.stringify(settings));
    expect(saved).toMatchObject({ code: 0, output: expect.stringMatching(/^Made account\/wrong: held\n/) });
    expect((await tieline('connection list')).output).toMatch(/The work of wrong is held since .*: /);

    const right = { ...settings, devops: { ...settings.devops, clientId: jira.clients[0]?.clientId } };
    const edited = await tieline(
      'connection edit account.wrong --name right --settings-file -',
      JSON.stringify(right),
    );
    expect(edited.output).toMatch(/^Changed account\/right: passed\nOK/);
    const shown = await tieline('connection show account.right');
    expect(shown.output).toMatch(/^account\/right \(jira\), [0-9a-f-]+\npassed since /);
    expect((await tieline('connection delete account.right')).code).toBe(0);
  });

  it('lists what there is, for people and as JSON', async () => {
    expect((await tieline('secret list')).output).toMatch(/^SCOPE +NAME +VERSION/);
    expect((await tieline('connection list')).output).toMatch(/account +jira +jira +http:\S+ +passed/);
    expect((await tieline('connect-key list')).output).toMatch(/pipeline +tieline_ck_…\w{4} +MYT +no end/);
    for (const noun of ['secret', 'connection', 'connect-key', 'delivery']) {
      expect(JSON.parse((await tieline(`${noun} list --json`)).output).items.length).toBeGreaterThan(0);
    }
  });

  it('changes a secret, and cannot delete one in use', async () => {
    const { items } = JSON.parse((await tieline('secret list --json')).output);
    const { id } = items.find(({ name }: { name: string }) => name === 'jira-token');
    const [account] = jira.accounts;
    expect((await tieline(`secret update ${id}`, account?.apiToken)).output).toBe(
      'jira-token is at version 2\n',
    );
    const refused = await tieline(`secret delete ${id}`);
    expect(refused.code).toBe(1);
    expect(refused.notes).toContain('"jira-token" is used by the connection "jira"');
  });

  it('puts a key in the place of another, and lets others make their own', async () => {
    const made = JSON.parse(
      (await tieline('connect-key create rotated --connection account.jira --json')).output,
    );
    const rotated = await tieline(`connect-key rotate ${made.id} --overlap 3600`);
    expect(rotated.output).toMatch(/^tieline_ck_\w{46}\n$/);
    expect(rotated.notes).toContain(`The old key ${made.hint} is valid until 20`);
    expect((await tieline('connect-key self-service account.jira on')).output).toContain(
      'made by everyone who sees it',
    );
    expect((await tieline('connect-key list')).output).toMatch(/rotated .* first administrator +\S+\n/);
  });

  it('revokes a key, which pipelines then notice', async () => {
    const made = JSON.parse(
      (await tieline('connect-key create old --connection account.jira --json')).output,
    );
    expect((await tieline(`connect-key revoke ${made.id}`)).output).toBe(`Revoked ${made.id}\n`);
    const report = await runTieline(
      [
        'report',
        '--connect-hostname',
        env.TIELINE_URL ?? '',
        '--link',
        'https://ci.example.com/1',
        '--issuekeys',
        'MYT-1',
      ],
      { env: { CONNECT_KEY: made.key } },
    );
    expect(report.code).not.toBe(0);
    expect(report.notes).toContain('missing, unknown, expired or revoked');
    expect(report.output + report.notes).not.toContain(made.key);
  });
});

it('whoever reads only the beginning of the output is told of no error', async () => {
  expect(await runTieline(['--help'], { reads: 'nothing' })).toMatchObject({ code: 0, notes: '' });
});

describe('mistakes are told with what to do', () => {
  it.each([
    ['no token', 'secret list', { TIELINE_TOKEN: '' }, 1, 'TIELINE_TOKEN'],
    ['a wrong token', 'secret list', { TIELINE_TOKEN: 'tieline_at_wrong' }, 1, 'revoked'],
    ['nothing listens', 'secret list', { TIELINE_URL: 'http://127.0.0.1:9' }, 4, '127.0.0.1:9'],
    ['a name that is not there', 'connection test account.nope', {}, 1, 'account.nope'],
    ['an unknown command', 'conection list', {}, 2, 'there is no command "conection"'],
    ['an unknown option', 'delivery list --isue MYT-1', {}, 2, '--isue'],
    ['a missing argument', 'delivery show', {}, 2, "missing required argument 'id'"],
    ['no standard input for a secret', 'secret create empty', {}, 2, 'is empty'],
    ['settings that are not JSON', 'connection create x', {}, 2, 'is not JSON'],
    ['nothing to test', 'connection test', {}, 2, 'Name a connection, or give --settings-file'],
    ['an address that is none', 'user add ada', {}, 2, 'tieline: email: Invalid email address\n  Correct'],
    ['a configuration that cannot be', 'serve', { TIELINE_PORT: 'abc' }, 2, 'TIELINE_PORT'],
    ['a port that is none', 'serve --port abc', {}, 2, 'Expected a whole number from 0 to 65535'],
    [
      'a simulator at such a port',
      'simulate jira --port 70000',
      {},
      2,
      'Expected a whole number from 0 to 65535',
    ],
    [
      'a wait that is no number',
      'delivery show abc --wait soon',
      {},
      2,
      'Expected a whole number from 0 to 60',
    ],
    [
      'a file that is not there',
      'connection create x --settings-file /nope',
      {},
      2,
      'The file /nope cannot be read',
    ],
    ['a seed that is not there', 'simulate jira --seed /nope', {}, 2, 'The file /nope cannot be read'],
    ['an unknown product', 'simulate confluence', {}, 2, 'There is one for: jira'],
  ])('%s', async (_title, words, environment, code, message) => {
    const end = await runTieline(words.split(' '), { env: { ...env, ...environment } });
    expect(end.notes).toContain(message);
    expect(end.code).toBe(code);
  });

  it('says that an address is not a hub', async () => {
    const end = await runTieline(['secret', 'list'], { env: { ...env, TIELINE_URL: jira.siteUrl } });
    expect(end.notes).toContain('not as a Tieline hub does');
    expect(end.code).toBe(1);
  });

  it('gives errors as JSON when asked', async () => {
    const end = await runTieline(['secret', 'list', '--json'], { env: { ...env, TIELINE_TOKEN: 'x' } });
    expect(JSON.parse(end.notes).error).toMatchObject({ code: 'credentials-invalid' });
  });

  it('names the wrong field of settings', async () => {
    const end = await tieline('connection create bad', '{"baseUrl": "jira"}');
    expect(end.code).toBe(2);
    expect(end.notes).toContain('settings.baseUrl');
  });
});

describe('help', () => {
  it('lists every command and tells the version', async () => {
    const { output } = await runTieline([]);
    for (const { name, summary } of commands)
      expect(output).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    expect((await runTieline(['--version'])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(commands.map(({ name }) => name))('tieline %s --help teaches', async (name) => {
    const { code, output } = await runTieline([name, '--help']);
    expect(code).toBe(0);
    expect(output).toContain(`Usage: tieline ${name}`);
  });
});

describe('tieline demo --once', () => {
  it('gives one JSON object when asked', async () => {
    const home = await processes.newFolder();
    const { code, output } = await runTieline(['demo', '--once', '--json'], { env: { TIELINE_HOME: home } });
    expect(code).toBe(0);
    const { reports, development } = JSON.parse(output);
    expect(reports.map(({ kind, state }: { kind: string; state: string }) => `${kind} ${state}`)).toEqual([
      'build delivered',
      'build delivered',
      'deployment delivered',
    ]);
    expect(development).toMatchObject({
      branches: [],
      pullRequests: [{ status: 'MERGED', reviewers: [{ name: 'Rene Reviewer', verdict: 'APPROVED' }] }],
    });
  });

  it('says so where there is no git, and shows the rest', async () => {
    const home = await processes.newFolder();
    const env = { TIELINE_HOME: home, PATH: await processes.newFolder() };
    const { code, output } = await runTieline(['demo', '--once'], { env });
    expect(output).toContain('needs the command "git", which is not installed');
    expect(output.match(/MYT-[12] +linked/g)).toHaveLength(6);
    expect(output).not.toContain('Linking the code host');
    expect(code).toBe(0);
  });

  it('holds twice on the same folder', async () => {
    const home = await processes.newFolder();
    const seen = [
      await runTieline(['demo', '--once'], { env: { TIELINE_HOME: home } }),
      await runTieline(['demo', '--once'], { env: { TIELINE_HOME: home } }),
    ];
    for (const { code, output, notes } of seen) {
      expect(notes).toBe('');
      expect(code).toBe(0);
      expect(output.match(/MYT-[12] +linked/g)).toHaveLength(6);
      expect(output).toContain('Every step held.');
    }
  });
});
