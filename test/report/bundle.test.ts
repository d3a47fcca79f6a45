import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { directSettings, newWorkspace, pipeline, resultOf, runReport } from './stage.ts';

let jira: JiraSimulator;
let folder: Awaited<ReturnType<typeof newWorkspace>>;
let program: string[];

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  folder = await newWorkspace();
  const built = join(folder.path, 'built.cjs');
  const tool = fileURLToPath(new URL('../../tools/bundle-report.ts', import.meta.url));
  execFileSync(process.execPath, [tool, '--outfile', built]);
  // One file, wherever it is copied to.
  program = [join(folder.path, 'report.cjs')];
  copyFileSync(built, String(program[0]));
});
afterAll(async () => {
  await jira.close();
  await folder.remove();
});

it('the bundled file reports straight to Jira', async () => {
  const env = { ...pipeline(), ...directSettings(jira), PLUGIN_ENVIRONMENT_NAME: 'production' };
  const ended = await runReport({ env, cwd: folder.path, flags: ['--json'] }, program);
  expect(ended.notes).toBe('');
  expect(resultOf(ended)).toMatchObject({ kind: 'deployment', state: 'delivered' });
  expect(jira.state.deployments('MYT-2')).toHaveLength(1);
});

it('the bundled file takes the line that the whole binary takes', async () => {
  const flags = ['report', '--dry-run', '--connect-key', 'key'];
  const ended = await runReport({ env: pipeline(), cwd: folder.path, flags }, program);
  expect(ended).toMatchObject({ code: 0, notes: '' });
  expect(ended.out).toContain('A build would be sent to http://127.0.0.1:7400, for MYT-1 (commit-message)');
});

it('the bundled file ends as the whole binary does', async () => {
  const wrong = await runReport({ env: pipeline(), cwd: folder.path, flags: ['--nonsense'] }, program);
  expect(wrong).toMatchObject({ code: 2, notes: expect.stringContaining('unknown option') });
  const env = { ...pipeline(), ...directSettings(jira), PLUGIN_CLIENT_SECRET: 'not-the-secret' };
  const refused = await runReport({ env, cwd: folder.path }, program);
  expect(refused).toMatchObject({ code: 3, notes: expect.stringContaining('client id or secret refused') });
  const version = await runReport({ env: {}, cwd: folder.path, flags: ['--version'] }, program);
  expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
