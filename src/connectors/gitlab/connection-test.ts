import { z } from 'zod';
import type { CapabilityReport, Connection, RateLimitReport, TestReport } from '../../kit/connector.ts';
import { asTielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { find, numberIn, openApi, read } from './api.ts';
import { findToken } from './rights.ts';
import { listScopes } from './scopes.ts';
import type { GitLabSettings } from './settings.ts';

const user = z.object({ id: z.int(), username: z.string(), name: z.string().nullish() });
const version = z.object({ version: z.string() });

/** Says who the token is, until when it lasts, and what it maintains. */
export async function testGitLab(connection: Connection<GitLabSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const http = openApi(connection);
  let answer: HttpAnswer | undefined;
  let product = 'GitLab';
  let account: TestReport['account'];
  const capabilities = await Promise.all([
    report('account', async () => {
      answer = await http.request({ method: 'GET', url: '/user' });
      const { id, username, name } = read(answer, user);
      account = { name: name || username, id: String(id) };
      const running = await find(http, '/version', version, [403, 404]);
      if (running !== undefined) product = `GitLab ${running.version}`;
      return { state: 'ok', message: `Signed in as ${username}.` };
    }),
    report('token', async () => {
      const self = await findToken(http);
      if (self === undefined)
        return { state: 'ok', message: 'GitLab does not tell the scopes of the token.' };
      const until = self.expires_at == null ? '' : ` It ends on ${self.expires_at}.`;
      if (self.scopes.includes('api'))
        return { state: 'ok', message: `The token has the scope api.${until}` };
      return {
        state: 'missing',
        message: `The token has the scopes ${self.scopes.join(', ') || '(none)'}, not api.${until}`,
        hint: 'Make a token with the scope api: with read_api alone webhooks must be made by hand.',
      };
    }),
    report('scopes', async () => {
      const names = (await listScopes(http)).map(({ path }) => path);
      return { state: 'ok', message: `What can be linked: ${names.slice(0, 20).join(', ')}.` };
    }),
  ]);
  const failed = capabilities.some(({ state }) => state === 'failed' || state === 'refused');
  const limited = capabilities.some(({ state }) => state === 'missing');
  const theirNow = Date.parse(answer?.headers.date ?? '');
  const rateLimit = answer && findRateLimit(answer);
  return {
    ok: !failed,
    outcome: failed ? 'failed' : limited ? 'limited' : 'passed',
    product,
    ...(account && { account }),
    capabilities,
    ...(Number.isNaN(theirNow) ? {} : { clockSkewMs: theirNow - connection.now().getTime() }),
    ...(rateLimit && { rateLimit }),
    tookMs: connection.now().getTime() - startedAt.getTime(),
  };
}

function findRateLimit(answer: HttpAnswer): RateLimitReport | undefined {
  const limit = numberIn(answer, 'ratelimit-limit');
  const remaining = numberIn(answer, 'ratelimit-remaining');
  if (limit === undefined || remaining === undefined) return undefined;
  const reset = numberIn(answer, 'ratelimit-reset');
  return {
    limit,
    remaining,
    ...(reset === undefined ? {} : { reset: new Date(reset * 1_000).toISOString() }),
    near: remaining < limit / 5,
  };
}

async function report(
  capability: string,
  check: () => Promise<Omit<CapabilityReport, 'capability'>>,
): Promise<CapabilityReport> {
  try {
    return { capability, ...(await check()) };
  } catch (thrown) {
    const { code, message, hint } = asTielineError(thrown);
    const refused = code === 'remote-unauthorized' || code === 'remote-forbidden';
    return { capability, state: refused ? 'refused' : 'failed', code, message, hint };
  }
}
