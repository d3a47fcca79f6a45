import { z } from 'zod';
import type { CapabilityReport, Connection, RateLimitReport, TestReport } from '../../kit/connector.ts';
import { asTielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { openApi, read } from './api.ts';
import { findScopes } from './rights.ts';
import { listScopes } from './scopes.ts';
import type { GitHubSettings } from './settings.ts';

const user = z.object({ id: z.int(), login: z.string(), name: z.string().nullish() });

/** Says who the token is, until when it lasts, and what it sees. */
export async function testGitHub(connection: Connection<GitHubSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const api = openApi(connection);
  let answer: HttpAnswer | undefined;
  let account: TestReport['account'];
  const capabilities = await Promise.all([
    report('account', async () => {
      answer = await api.request({ method: 'GET', url: '/user' });
      const { id, login, name } = read(answer, user);
      account = { name: name || login, id: String(id) };
      return { state: 'ok', message: `Signed in as ${login}.${aboutToken(answer)}` };
    }),
    report('scopes', async () => {
      const names = (await listScopes(api))
        .filter(({ level }) => level !== 'project')
        .map(({ path }) => path);
      return { state: 'ok', message: `What can be linked: ${names.join(', ')}, and single repositories.` };
    }),
  ]);
  const failed = capabilities.some(({ state }) => state === 'failed' || state === 'refused');
  const headers = answer?.headers ?? {};
  const version = headers['x-github-enterprise-version'];
  const theirNow = Date.parse(headers.date ?? '');
  const rateLimit = findRateLimit(headers);
  return {
    ok: !failed,
    outcome: failed ? 'failed' : 'passed',
    product: version === undefined ? 'GitHub' : `GitHub Enterprise Server ${version}`,
    ...(account && { account }),
    capabilities,
    ...(Number.isNaN(theirNow) ? {} : { clockSkewMs: theirNow - connection.now().getTime() }),
    ...(rateLimit && { rateLimit }),
    tookMs: connection.now().getTime() - startedAt.getTime(),
  };
}

/** The kind of the token with what GitHub says of it. */
function aboutToken(answer: HttpAnswer): string {
  const scopes = findScopes(answer);
  const kind =
    scopes === undefined
      ? ''
      : ` The token is a classic one with the scopes ${scopes.join(', ') || '(none)'}.`;
  const end = answer.headers['github-authentication-token-expiration'];
  return end === undefined ? kind : `${kind} The token ends at ${end}.`;
}

function findRateLimit(headers: Record<string, string>): RateLimitReport | undefined {
  const limit = Number(headers['x-ratelimit-limit'] ?? 'NaN');
  const remaining = Number(headers['x-ratelimit-remaining'] ?? 'NaN');
  if (Number.isNaN(limit) || Number.isNaN(remaining)) return undefined;
  const reset = Number(headers['x-ratelimit-reset'] ?? 'NaN');
  return {
    limit,
    remaining,
    ...(Number.isNaN(reset) ? {} : { reset: new Date(reset * 1_000).toISOString() }),
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
