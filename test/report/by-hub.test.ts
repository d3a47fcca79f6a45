import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import {
  type BundledReport,
  bundleReport,
  newWorkspace,
  pipeline,
  resultOf,
  runReport,
  type Stage,
  startStage,
} from './stage.ts';

let database: TestDatabase;
let stage: Stage;
let bundle: BundledReport;
let connectKey: string;
let settings: Record<string, string>;

beforeAll(async () => {
  database = await startTestDatabase({ empty: true });
  stage = await startStage({ DATABASE_URL: database.url });
  bundle = await bundleReport();
  connectKey = await stage.makeKey();
  settings = {
    PLUGIN_CONNECT_KEY: connectKey,
    PLUGIN_CONNECT_HOSTNAME: stage.hubUrl,
    PLUGIN_INSTANCE: stage.jira.siteUrl,
    PLUGIN_PROJECT: 'MYT',
  };
});

afterAll(async () => {
  await stage.close();
  await bundle.remove();
  await database.close();
});

/** After the first story, which runs the whole binary, all run the bundled file. */
const run = (given: Parameters<typeof runReport>[0]) => runReport(given, bundle.program);

beforeEach(() => stage.jira.faults.clear());

const builds = (number: number) => stage.jira.state.builds().filter((one) => one.buildNumber === number);

/** A port at which nobody listens: it was just free. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

describe('a report by the hub', () => {
  it('shows a build on the issues that its commit names', async () => {
    const ended = await runReport({ env: { ...pipeline(), ...settings } });
    expect(ended).toMatchObject({ code: 0, notes: '' });
    expect(ended.out).toContain('Jira took the build');
    expect(ended.out).toMatch(/MYT-1 {2}linked\n {2}MYT-2 {2}linked/);
    expect(builds(42)).toMatchObject([
      { pipelineId: 'shop~checkout', state: 'successful', issueKeys: ['MYT-1', 'MYT-2'] },
    ]);
  });

  it("takes an environment's type from the site's rules, unless the pipeline gives one", async () => {
    await stage.putEnvironmentRules({ production: ['blue*'] });
    const environment = { ...settings, PLUGIN_ENVIRONMENT_NAME: 'blue-test', PLUGIN_ISSUEKEYS: 'MYT-3' };
    const typeOf = async (env: Record<string, string>) => {
      expect(await run({ env: { ...pipeline(), ...env } })).toMatchObject({ code: 0 });
      const shown = stage.jira.state.deployments().find((one) => one.environment.displayName === 'blue-test');
      return shown?.environment.type;
    };
    // The hub may go by the rules before for a few seconds.
    await vi.waitFor(async () => expect(await typeOf(environment)).toBe('production'), 15_000);
    expect(await typeOf({ ...environment, PLUGIN_ENVIRONMENT_TYPE: 'staging' })).toBe('staging');
  });

  it('shows a deployment when an environment is named, by settings in lower case too', async () => {
    const lower = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const env = { ...pipeline({ DRONE_BUILD_NUMBER: '43' }), ...lower, plugin_environment_name: 'eu-prod-1' };
    expect(resultOf(await run({ env, flags: ['--json'] }))).toMatchObject({
      kind: 'deployment',
      state: 'delivered',
      issues: [
        { key: 'MYT-1', outcome: 'linked' },
        { key: 'MYT-2', outcome: 'linked' },
      ],
    });
    expect(stage.jira.state.deployments('MYT-1')).toMatchObject([
      { deploymentSequenceNumber: 43, environment: { displayName: 'eu-prod-1', type: 'production' } },
    ]);
  });

  it('takes the connect key from a file', async () => {
    const { path, remove } = await newWorkspace();
    await writeFile(join(path, 'key'), `${connectKey}\n`);
    const { PLUGIN_CONNECT_KEY: _key, ...others } = settings;
    const env = {
      ...pipeline({ DRONE_BUILD_NUMBER: '44' }),
      ...others,
      PLUGIN_CONNECT_KEY_FILE: join(path, 'key'),
    };
    expect(await run({ env })).toMatchObject({ code: 0 });
    expect(builds(44)).toHaveLength(1);
    await remove();
  });

  it('says which issues Jira does not know', async () => {
    const message = 'MYT-1 and MYT-999';
    const env = { ...pipeline({ DRONE_BUILD_NUMBER: '45', DRONE_COMMIT_MESSAGE: message }), ...settings };
    const ended = await run({ env });
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('MYT-1    linked');
    expect(ended.out).toContain('MYT-999  unknown to Jira');
  });

  it('with --no-wait needs only the word of the hub, while Jira does not answer', async () => {
    stage.jira.faults.add({ match: { path: '/bulk' }, times: 1, answer: { status: 503 } });
    const env = { ...pipeline({ DRONE_BUILD_NUMBER: '46' }), ...settings };
    const result = resultOf(await run({ env, flags: ['--no-wait', '--json'] }));
    expect(result.issues).toEqual([
      { key: 'MYT-1', outcome: 'pending' },
      { key: 'MYT-2', outcome: 'pending' },
    ]);
    expect(result.delivery).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('exits 3 with the reason when Jira refuses the report', async () => {
    stage.jira.faults.add({
      match: { path: '/bulk', bodyIncludes: '"buildNumber":47' },
      answer: { status: 400, body: [{ message: 'buildNumber 47 is cursed' }] },
    });
    const env = { ...pipeline({ DRONE_BUILD_NUMBER: '47' }), ...settings };
    const ended = await run({ env });
    expect(ended.code).toBe(3);
    expect(ended.out).toContain('MYT-1  rejected: buildNumber 47 is cursed');
    const ignoring = await run({ env: { ...env, PLUGIN_IGNORE_ERRORS: 'true' } });
    expect(ignoring).toMatchObject({
      code: 0,
      notes: expect.stringContaining('warning: the report was refused'),
    });
  });
});

describe('a hub out of reach', () => {
  it('is tried again within the time given, then the command exits 4', async () => {
    const env = { ...pipeline(), ...settings, PLUGIN_CONNECT_HOSTNAME: await nobody() };
    const ended = await run({ env, flags: ['--wait', '2'] });
    expect(ended).toMatchObject({ code: 4, out: '' });
    expect(ended.notes).toContain('trying again');
    expect(ended.notes).toMatch(/tieline: POST http:\S+ .*refused the connection/);
  });

  it('is a warning with --ignore-errors, and one JSON object on standard output with --json', async () => {
    const env = { ...pipeline(), ...settings, PLUGIN_CONNECT_HOSTNAME: await nobody() };
    const ended = await run({ env, flags: ['--wait', '0', '--ignore-errors', '--json'] });
    expect(ended).toMatchObject({ code: 0, notes: expect.stringContaining('warning: ') });
    expect(resultOf(ended)).toMatchObject({
      state: 'failed',
      error: { code: 'network-failed' },
      issues: [{ key: 'MYT-1', outcome: 'not-sent' }, { key: 'MYT-2' }],
    });
  });
});

describe('mistakes', () => {
  it('an address at which something else answers exits 4 and says that it is no hub', async () => {
    const env = { ...pipeline(), ...settings, PLUGIN_CONNECT_HOSTNAME: stage.jira.siteUrl };
    const ended = await run({ env });
    expect(ended.code).toBe(4);
    expect(ended.notes).toContain('not as a Tieline hub does');
  });

  it('a wrong connect key is refused with what to do', async () => {
    const env = { ...pipeline(), ...settings, PLUGIN_CONNECT_KEY: `${connectKey}x` };
    const ended = await run({ env });
    expect(ended.code).toBe(3);
    expect(ended.notes).toMatch(/token/);
    expect(ended.notes).not.toContain(connectKey);
  });

  it('an INSTANCE of another site is refused with both names', async () => {
    const env = { ...pipeline(), ...settings, PLUGIN_INSTANCE: 'myrog' };
    const ended = await run({ env });
    expect(ended.code).toBe(3);
    expect(ended.notes).toContain('INSTANCE is myrog.atlassian.net, but the connect key is for 127.0.0.1');
  });

  it('a PROJECT of other issues sends nothing and names the issues that there are', async () => {
    const env = { ...pipeline(), ...settings, PLUGIN_PROJECT: 'SHOP' };
    const ended = await run({ env });
    expect(ended).toMatchObject({ code: 0, notes: '' });
    expect(ended.out).toContain(
      'No issue key of SHOP in commit message, branch or tag; of other projects there is MYT-1, MYT-2',
    );
    expect(await run({ env: { ...env, PLUGIN_STRICT: 'true' } })).toMatchObject({ code: 2 });
  });

  it.each([
    ['a flag that does not exist', ['--enviroment', 'production'], /unknown option/],
    ['a time that is none', ['--wait', 'long'], /--wait long is not a number of seconds/],
  ])('%s exits 2', async (_name, flags, words) => {
    const ended = await run({ env: { ...pipeline(), ...settings }, flags });
    expect(ended.code).toBe(2);
    expect(ended.notes).toMatch(words);
  });

  it('no credential at all exits 2 and names both ways', async () => {
    const ended = await run({ env: pipeline() });
    expect(ended.code).toBe(2);
    expect(ended.notes).toMatch(/CONNECT_KEY.*CLIENT_ID and CLIENT_SECRET/);
  });
});

describe('nothing to send', () => {
  it('is said when STATE asks for success and the pipeline failed', async () => {
    const before = stage.jira.state.effects.length;
    const env = { ...pipeline({ DRONE_BUILD_STATUS: 'failure' }), ...settings, PLUGIN_STATE: 'success' };
    const ended = await run({ env });
    expect(ended.code).toBe(0);
    expect(ended.out).toContain(
      "Nothing is sent: STATE is success, and the pipeline's own status is failure",
    );
    expect(stage.jira.state.effects).toHaveLength(before);
  });

  it('is planned by --dry-run, with the address and the payload', async () => {
    const before = stage.jira.state.requests.length;
    const ended = await run({ env: { ...pipeline(), ...settings }, flags: ['--dry-run', '--json'] });
    expect(ended).toMatchObject({ code: 0, notes: '' });
    expect(JSON.parse(ended.out)).toMatchObject({
      kind: 'build',
      issueKeys: ['MYT-1', 'MYT-2'],
      found: [
        { key: 'MYT-1', in: 'commit-message' },
        { key: 'MYT-2', in: 'commit-message' },
      ],
      route: stage.hubUrl,
      payload: { buildNumber: 42, state: 'successful' },
      notices: [],
    });
    expect(stage.jira.state.requests).toHaveLength(before);
  });
});

describe('files for the CI', () => {
  it('hold the card and the variables, with links to the site that INSTANCE names', async () => {
    const { path, remove } = await newWorkspace();
    const [card, drone, github] = ['card.json', 'drone.env', 'github'].map((name) => join(path, name));
    await writeFile(String(github), 'before=1\n');
    const env = {
      ...pipeline({ DRONE_BUILD_NUMBER: '50', DRONE_COMMIT_MESSAGE: 'MYT-1 MYT-999' }),
      ...settings,
      DRONE_CARD_PATH: String(card),
      DRONE_OUTPUT: String(drone),
      GITHUB_OUTPUT: String(github),
    };
    expect(await run({ env, cwd: path })).toMatchObject({ code: 0, notes: '' });
    const link = `${stage.jira.siteUrl}/browse/MYT-1`;
    expect(JSON.parse(await readFile(String(card), 'utf8'))).toMatchObject({
      schema: expect.stringContaining('drone-jira'),
      data: { pipeline: 'shop/checkout', project: 'MYT', state: 'successful', url: link, urls: [link] },
    });
    const lines = (await readFile(String(drone), 'utf8')).split('\n');
    expect(lines).toContain('JIRA_ISSUE_KEYS=MYT-1');
    expect(lines).toContain(`JIRA_ISSUE_LINKS=${link}`);
    expect(lines).toContain('JIRA_REPORT_STATE=successful');
    expect(lines.filter((line) => /^JIRA_REPORT_DELIVERY=[0-9a-f-]{36}$/.test(line))).toHaveLength(1);
    const written = await readFile(String(github), 'utf8');
    expect(written).toMatch(/^before=1\njira_issue_keys=MYT-1\n/);
    await remove();
  });

  it('that cannot be written are a notice', async () => {
    const { path, remove } = await newWorkspace();
    const env = {
      ...pipeline({ DRONE_BUILD_NUMBER: '51' }),
      ...settings,
      DRONE_CARD_PATH: path,
      DRONE_OUTPUT: join(path, 'no', 'such', 'folder'),
    };
    const ended = await run({ env, cwd: path });
    expect(ended.code).toBe(0);
    expect(ended.notes).toMatch(/DRONE_CARD_PATH could not be written: EISDIR/);
    expect(ended.notes).toMatch(/DRONE_OUTPUT could not be written: ENOENT/);
    await remove();
  });
});
