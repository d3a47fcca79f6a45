import { z } from 'zod';
import type { CapabilityReport, Connection, TestReport } from '../../kit/connector.ts';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { asTielineError } from '../../kit/errors.ts';
import { openApi, read } from './api.ts';
import { harnessCodeHost } from './code-host.ts';
import type { HarnessCodeSettings } from './settings.ts';

const user = z.object({ uid: z.string(), display_name: z.string(), admin: z.boolean().default(false) });

/** Says who the token is, and what of the host it sees. */
export async function testHarnessCode(connection: Connection<HarnessCodeSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const { product } = connection.settings;
  const url = `${product === 'harness' ? '/code' : ''}/api/v1/user`;
  const asked = openApi(connection)
    .http.request({ method: 'GET', url })
    .then((answer) => read(answer, user));
  let account: TestReport['account'];
  const capabilities = await Promise.all([
    report('account', async () => {
      const found = await asked;
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
      if ((await asked).admin) {
        return { state: 'ok', message: 'The user is an administrator of the whole installation.' };
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

/** A token that may not list what it is a member of is one all the same: the link says what it needs. */
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
