import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pipeline, runReport, type Stage, startStage } from '../report/stage.ts';
import { authorityFile, startTlsFront } from '../report/tls-front.ts';

/** The page of the plugin beside the contracts' folder. */
function readSeedPage(): string {
  const contracts = process.env.TIELINE_CONTRACTS;
  if (!contracts) throw new Error('TIELINE_CONTRACTS must name the folder of the contracts');
  const folder = join(contracts, '..', 'seeds');
  const name = readdirSync(folder).find((one) => one.startsWith('002_'));
  if (name === undefined) throw new Error(`${folder} holds no page 002_*`);
  return readFileSync(join(folder, name), 'utf8');
}

const blocks = [...readSeedPage().matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');

/** The settings of the step, and those that the page puts in place of CONNECT_KEY for OAuth. */
function readExamples() {
  const [step, oauth] = blocks.map((block) => parse(block));
  const byToken: Record<string, string> = step[0].step.spec.settings;
  const { CONNECT_KEY: _token, ...others } = byToken;
  return { byToken, byOauth: { ...others, ...(oauth as Record<string, string>) } };
}

const examples = readExamples();

/** As the CI does it: each setting a variable, each secret by its value. */
function toVariables(settings: Record<string, string>, secrets: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `PLUGIN_${name}`,
      value.replace(/<\+secrets\.getValue\("(\w+)"\)>/, (_all, secret) => secrets[secret] ?? ''),
    ]),
  );
}

const redirect = fileURLToPath(new URL('../report/atlassian-net.ts', import.meta.url));

describe("the example of the plugin's own page", () => {
  let stage: Stage;
  let close: () => Promise<void>;
  /** A world in which the names of Atlassian lead to the simulated Jira. */
  let world: Record<string, string>;

  beforeAll(async () => {
    stage = await startStage('embedded', 'https://myorg.atlassian.net');
    const site = await startTlsFront(stage.jira.siteUrl);
    const gateway = await startTlsFront(stage.jira.gatewayUrl);
    close = async () => {
      await Promise.all([site.close(), gateway.close()]);
      await stage.close();
    };
    world = {
      NODE_OPTIONS: `--import ${redirect}`,
      NODE_EXTRA_CA_CERTS: authorityFile,
      TEST_HOSTS: JSON.stringify({ 'myorg.atlassian.net': site.port, 'api.atlassian.com': gateway.port }),
    };
  });
  afterAll(() => close());

  const shown = (number: number) =>
    stage.jira.state
      .deployments('MYT-1')
      .filter((one) => one.deploymentSequenceNumber === number)
      .map(({ state, environment }) => ({ state, environment }));

  const toProduction = {
    state: 'successful',
    environment: { id: 'production', displayName: 'production', type: 'production' },
  };

  it('names the settings that this test is about', () => {
    expect(Object.keys(examples.byToken).sort()).toEqual(
      ['CONNECT_KEY', 'ENVIRONMENT_NAME', 'INSTANCE', 'LOG_LEVEL', 'PROJECT', 'STATE'].sort(),
    );
    expect(examples.byOauth).toMatchObject({ CLIENT_ID: expect.any(String), INSTANCE: 'myorg' });
  });

  it('shows the deployment by the connect key', async () => {
    const settings = toVariables(examples.byToken, { jiraKey: await stage.makeKey() });
    // The old program's hub is built into it; ours has an address.
    const env = { ...pipeline({ DRONE_BUILD_NUMBER: '1', TIELINE_URL: stage.hubUrl }), ...settings };
    const ended = await runReport({ env });
    expect(ended.code, ended.notes).toBe(0);
    expect(ended.out).toContain('MYT-1  linked');
    expect(shown(1)).toEqual([toProduction]);
  });

  it('shows the deployment by OAuth, with what Jira answered', async () => {
    const [client] = stage.jira.clients;
    const settings = toVariables(examples.byOauth, {
      jiraClientId: client?.clientId ?? '',
      jiraClientSecret: client?.clientSecret ?? '',
    });
    const ended = await runReport({
      env: { ...pipeline({ DRONE_BUILD_NUMBER: '2' }), ...world, ...settings },
    });
    expect(ended.code, ended.notes).toBe(0);
    expect(ended.out).toContain('"acceptedDeployments"');
    expect(shown(2)).toEqual([toProduction]);
  });

  it('sends nothing when the pipeline failed, for STATE is success', async () => {
    const settings = toVariables(examples.byToken, { jiraKey: await stage.makeKey() });
    const failed = pipeline({
      DRONE_BUILD_NUMBER: '3',
      DRONE_BUILD_STATUS: 'failure',
      TIELINE_URL: stage.hubUrl,
    });
    expect(await runReport({ env: { ...failed, ...settings } })).toMatchObject({ code: 0 });
    expect(shown(3)).toEqual([]);
  });
});
