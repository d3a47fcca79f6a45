import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../src/cli/report-plan.ts';
import { type BundledReport, bundleReport, runReport } from './stage.ts';

let bundle: BundledReport;
let status = 200;
const tokens: (string | undefined)[] = [];
/** A GitHub of one's own that knows one pull request. */
const host = createServer((request, response) => {
  tokens.push(request.headers.authorization);
  const known = request.url === '/api/v3/repos/shop/checkout/pulls/7';
  response.writeHead(known ? status : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known ? { title: 'MYT-7: round totals once' } : {}));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  bundle = await bundleReport();
});
afterAll(async () => {
  host.close();
  await bundle.remove();
});

/** The plan of a run in a merge queue of GitHub Actions, where the event does not tell the title. */
async function planWith(env: Record<string, string>): Promise<Plan> {
  const { port } = host.address() as AddressInfo;
  const ended = await runReport(
    {
      flags: ['--dry-run', '--json', '--connect-key', 'key'],
      env: {
        GITHUB_ACTIONS: 'true',
        GITHUB_SERVER_URL: 'https://github.example.com',
        GITHUB_API_URL: `http://127.0.0.1:${port}/api/v3`,
        GITHUB_REPOSITORY: 'shop/checkout',
        GITHUB_REF: 'refs/pull/7/merge',
        GITHUB_RUN_NUMBER: '3',
        ...env,
      },
    },
    bundle.program,
  );
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.out + ended.notes).not.toContain('token-of-the-job');
  return JSON.parse(ended.out);
}

it('an issue that only the title of the pull request names is found by asking the code host', async () => {
  const plan = await planWith({ GITHUB_TOKEN: 'token-of-the-job' });
  expect(plan.found).toEqual([{ key: 'MYT-7', in: 'pull-request-title' }]);
  expect(tokens).toEqual(['Bearer token-of-the-job']);
});

it('nobody is asked when that is switched off, or when the issues are named', async () => {
  tokens.length = 0;
  const off = { GITHUB_TOKEN: 'token-of-the-job', PLUGIN_ASK_CODE_HOST: 'false' };
  expect(await planWith(off)).toMatchObject({ kind: 'none', found: [] });
  const named = { GITHUB_TOKEN: 'token-of-the-job', ISSUEKEYS: 'MYT-1' };
  expect((await planWith(named)).found).toEqual([{ key: 'MYT-1', in: 'setting' }]);
  expect(tokens).toEqual([]);
});

it('a code host that fails is a notice', async () => {
  status = 500;
  const plan = await planWith({ GITHUB_TOKEN: 'token-of-the-job', GITHUB_HEAD_REF: 'fix/MYT-8' });
  expect(plan.found).toEqual([{ key: 'MYT-8', in: 'branch' }]);
  expect(plan.notices).toContainEqual(
    expect.stringMatching(/^The title of pull request 7 is not known: .* answered 500/),
  );
});
