import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { type BundledReport, bundleReport, directSettings, pipeline, resultOf, runReport } from './stage.ts';

let jira: JiraSimulator;
let bundle: BundledReport;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  bundle = await bundleReport();
});
afterAll(async () => {
  await jira.close();
  await bundle.remove();
});

/** In an empty folder, with nothing of this checkout at hand. */
const run = (given: { flags?: string[]; env: Record<string, string> }) => runReport(given, bundle.program);

it('the bundled file reports straight to Jira', async () => {
  const env = { ...pipeline(), ...directSettings(jira), PLUGIN_ENVIRONMENT_NAME: 'production' };
  const ended = await run({ env, flags: ['--json'] });
  expect(ended.notes).toBe('');
  expect(resultOf(ended)).toMatchObject({ kind: 'deployment', state: 'delivered' });
  expect(jira.state.deployments('MYT-2')).toHaveLength(1);
});

it('the bundled file takes the line that the whole binary takes', async () => {
  const flags = ['report', '--dry-run', '--connect-key', 'key'];
  const ended = await run({ env: pipeline(), flags });
  expect(ended).toMatchObject({ code: 0, notes: '' });
  expect(ended.out).toContain('A build would be sent to http://127.0.0.1:7400, for MYT-1 (commit-message)');
});

it('the bundled file ends as the whole binary does', async () => {
  const wrong = await run({ env: pipeline(), flags: ['--nonsense'] });
  expect(wrong).toMatchObject({ code: 2, notes: expect.stringContaining('unknown option') });
  const env = { ...pipeline(), ...directSettings(jira), PLUGIN_CLIENT_SECRET: 'not-the-secret' };
  const refused = await run({ env });
  expect(refused).toMatchObject({ code: 3, notes: expect.stringContaining('client id or secret refused') });
  const version = await run({ env: {}, flags: ['--version'] });
  expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
