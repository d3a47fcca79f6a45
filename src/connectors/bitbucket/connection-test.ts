import type { CapabilityReport, Connection, TestReport } from '../../kit/connector.ts';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { asTielineError } from '../../kit/errors.ts';
import { apiPath, encodePath, openApi, read, readPage } from './api.ts';
import { bitbucketHost } from './code-host.ts';
import type { BitbucketSettings } from './settings.ts';
import { account as accountWire, repository } from './wire.ts';

/** Says who the token is, and what of the host it sees. */
export async function testBitbucket(connection: Connection<BitbucketSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const api = openApi(connection);
  const { email, workspace } = connection.settings;
  let account: TestReport['account'];
  const capabilities = await Promise.all([
    report('account', async () => {
      if (email === undefined) {
        // An access token is nobody's, and Bitbucket does not say whose: it is tried out.
        const url = apiPath(`/repositories/${encodePath(workspace ?? '')}`, { pagelen: 1 });
        await readPage(api, url, repository);
        return { state: 'ok', message: `The access token is taken in the workspace ${workspace}.` };
      }
      const found = read(await api.http.request({ method: 'GET', url: apiPath('/user') }), accountWire);
      const name = found.display_name || found.nickname || email;
      account = { name, id: found.account_id || email };
      return { state: 'ok', message: `Signed in as ${name}.` };
    }),
    report('scopes', async () => {
      const scopes = await bitbucketHost.scopes(connection);
      if (scopes.length > 0) {
        return { state: 'ok', message: `Workspaces: ${scopes.map(({ path }) => path).join(', ')}.` };
      }
      return {
        state: 'missing',
        message: 'The user is a member of no workspace.',
        hint: 'Make it an admin of the workspaces that are to be linked.',
      };
    }),
  ]);
  const failed = capabilities.some(({ state }) => state === 'failed' || state === 'refused');
  const limited = capabilities.some(({ state }) => state === 'missing');
  return {
    ok: !failed,
    outcome: failed ? 'failed' : limited ? 'limited' : 'passed',
    product: 'Bitbucket Cloud',
    ...(account && { account }),
    capabilities,
    tookMs: connection.now().getTime() - startedAt.getTime(),
  };
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
