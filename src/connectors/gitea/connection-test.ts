import { z } from 'zod';
import type { CapabilityReport, Connection, TestReport } from '../../kit/connector.ts';
import { asTielineError } from '../../kit/errors.ts';
import { type GiteaApi, openApi, read } from './api.ts';
import { listScopes, readUser } from './scopes.ts';
import type { GiteaSettings } from './settings.ts';

/** Says who the token is, and what of the host it sees. */
export async function testGitea(connection: Connection<GiteaSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const api = openApi(connection);
  let account: TestReport['account'];
  const [product, ...capabilities] = await Promise.all([
    productOf(api),
    report('account', async () => {
      const { login, full_name: name } = await readUser(api);
      account = { name: name || login, id: login };
      return { state: 'ok', message: `Signed in as ${login}.` };
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

/** Forgejo answers to its own API, and says in its version of which Gitea it is: `11.0.1+gitea-1.22.0`. */
async function productOf({ http, path }: GiteaApi): Promise<string | undefined> {
  try {
    const answer = await http.request({ method: 'GET', url: path('/version') });
    const { version } = read(answer, z.object({ version: z.string().max(100) }));
    return version.includes('gitea-') ? `Forgejo ${version.split('+')[0]}` : `Gitea ${version}`;
  } catch (thrown) {
    // Where the version is not for everybody to see, the account's check says how the host answers.
    asTielineError(thrown);
    return undefined;
  }
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
