import { z } from 'zod';
import type { CapabilityReport, Connection, TestReport } from '../../kit/connector.ts';
import { asTielineError } from '../../kit/errors.ts';
import { openApi, read } from './api.ts';
import { harnessCodeHost } from './code-host.ts';
import type { HarnessCodeSettings } from './settings.ts';

const user = z.object({ uid: z.string(), display_name: z.string() });

/** Says who the token is, and what of the host it sees. */
export async function testHarnessCode(connection: Connection<HarnessCodeSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const { product } = connection.settings;
  let account: TestReport['account'];
  const capabilities = await Promise.all([
    report('account', async () => {
      const url = `${product === 'harness' ? '/code' : ''}/api/v1/user`;
      const found = read(await openApi(connection).http.request({ method: 'GET', url }), user);
      account = { name: found.display_name, id: found.uid };
      return { state: 'ok', message: `Signed in as ${found.display_name}.` };
    }),
    report('scopes', async () => {
      const scopes = await harnessCodeHost.scopes(connection);
      if (scopes.length > 0) {
        return {
          state: 'ok',
          message: `The token is a member of ${scopes.map(({ path }) => path).join(', ')}.`,
        };
      }
      return {
        state: 'missing',
        message: 'The token is a member of no account, organization or project.',
        hint: 'Make its user a member, with Account Admin permissions, of what is to be linked.',
      };
    }),
  ]);
  const failed = capabilities.some(({ state }) => state === 'failed' || state === 'refused');
  const limited = capabilities.some(({ state }) => state === 'missing');
  return {
    ok: !failed,
    outcome: failed ? 'failed' : limited ? 'limited' : 'passed',
    product: product === 'harness' ? 'Harness Code' : 'Gitness',
    ...(account && { account }),
    capabilities,
    tookMs: connection.now().getTime() - startedAt.getTime(),
  };
}

async function report(
  capability: string,
  check: () => Promise<Omit<CapabilityReport, 'capability'>>,
): Promise<CapabilityReport> {
  try {
    return { capability, ...(await check()) };
  } catch (thrown) {
    const error = asTielineError(thrown);
    const refused = error.code === 'remote-unauthorized' || error.code === 'remote-forbidden';
    return { capability, state: refused ? 'refused' : 'failed', message: error.message, hint: error.hint };
  }
}
