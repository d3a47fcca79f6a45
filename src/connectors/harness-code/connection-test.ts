import { z } from 'zod';
import { type Found, readHeaders, refusalOrLack, runChecks } from '../../kit/connection-report.ts';
import type { Connection, TestReport } from '../../kit/connector.ts';
import { openApi, read } from './api.ts';
import { harnessCodeHost } from './code-host.ts';
import type { HarnessCodeSettings } from './settings.ts';

const user = z.object({ uid: z.string(), display_name: z.string(), admin: z.boolean().default(false) });

/** Says who the token is, and what of the host it sees. */
export async function testHarnessCode(connection: Connection<HarnessCodeSettings>): Promise<TestReport> {
  const { product } = connection.settings;
  const url = `${product === 'harness' ? '/code' : ''}/api/v1/user`;
  const asked = openApi(connection)
    .http.request({ method: 'GET', url })
    .then((answer) => ({ answer, ...read(answer, user) }));
  const found: Found = { product: product === 'harness' ? 'Harness Code' : 'Gitness' };
  return runChecks(
    connection,
    {
      account: async () => {
        const { answer, display_name: name, uid: id } = await asked;
        Object.assign(found, { account: { name, id } }, readHeaders(answer.headers, connection.now()));
        return { state: 'ok', message: `Signed in as ${name}.` };
      },
      scopes: async () => {
        const scopes = await harnessCodeHost.scopes(connection);
        if (scopes.length > 0) {
          const paths = scopes.map(({ path }) => path).join(', ');
          return { state: 'ok', message: `The token is a member of ${paths}.` };
        }
        if ((await asked).admin) {
          return { state: 'ok', message: 'The user is an administrator of the whole installation.' };
        }
        return {
          state: 'missing',
          message: 'The token is a member of no account, organization or project.',
          hint: 'Make its user a member, with Account Admin permissions, of what is to be linked.',
        };
      },
    },
    { found, states: refusalOrLack },
  );
}
