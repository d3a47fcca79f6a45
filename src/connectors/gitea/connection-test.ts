import { z } from 'zod';
import type { CapabilityReport, Connection, TestReport } from '../../kit/connector.ts';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { asTielineError } from '../../kit/errors.ts';
import { type GiteaApi, openApi, read } from './api.ts';
import { listScopes, readUser } from './scopes.ts';
import type { GiteaSettings } from './settings.ts';

/** Says who the token is, and what of the host it sees. */
export async function testGitea(connection: Connection<GiteaSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const api = openApi(connection);
  let account: TestReport['account'];
  let product: string | undefined;
  const capabilities = await Promise.all([
    report('account', async () => {
      const [user, found] = await Promise.all([readUser(api), findProduct(api)]);
      account = { name: user.full_name || user.login, id: user.login };
      product = found;
      return { state: 'ok', message: `Signed in as ${user.login}.` };
    }),
    report('scopes', async () => {
      const organizations = (await listScopes(api)).filter(({ level }) => level === 'organization');
      if (organizations.length > 0) {
        const names = organizations.map(({ path }) => path).join(', ');
        return { state: 'ok', message: `The user is a member of ${names}.` };
      }
      return {
        state: 'missing',
        message: 'The user is a member of no organization; only repositories can be linked.',
        hint: 'Make it an owner of the organizations that are to be linked.',
      };
    }),
  ]);
  const failed = capabilities.some(({ state }) => state === 'failed' || state === 'refused');
  const limited = capabilities.some(({ state }) => state === 'missing');
  return {
    ok: !failed,
    outcome: failed ? 'failed' : limited ? 'limited' : 'passed',
    ...(product === undefined ? {} : { product }),
    ...(account && { account }),
    capabilities,
    tookMs: connection.now().getTime() - startedAt.getTime(),
  };
}

/** Forgejo says in its version which Gitea it is like: `11.0.1+gitea-1.22.0`. Undefined where it is not told. */
async function findProduct({ http, path }: GiteaApi): Promise<string | undefined> {
  const answer = await http.request({ method: 'GET', url: path('/version'), accept: [401, 403, 404] });
  if (answer.status >= 400) return undefined;
  const { version } = read(answer, z.object({ version: z.string().max(100) }));
  return version.includes('gitea-') ? `Forgejo ${version.split('+')[0]}` : `Gitea ${version}`;
}

/** A token that may not do something is one all the same: the link says what it needs. */
const states: Partial<Record<ErrorCode, CapabilityReport['state']>> = {
  'remote-unauthorized': 'refused',
  'remote-forbidden': 'missing',
};

async function report(
  capability: string,
  check: () => Promise<Omit<CapabilityReport, 'capability'>>,
): Promise<CapabilityReport> {
  try {
    return { capability, ...(await check()) };
  } catch (thrown) {
    const { code, message, hint } = asTielineError(thrown);
    return { capability, state: states[code] ?? 'failed', code, message, hint };
  }
}
