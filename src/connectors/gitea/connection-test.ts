import { z } from 'zod';
import { type Found, readHeaders, refusalOrLack, runChecks } from '../../kit/connection-report.ts';
import type { Connection, TestReport } from '../../kit/connector.ts';
import { type GiteaApi, openApi, read } from './api.ts';
import { listScopes } from './scopes.ts';
import type { GiteaSettings } from './settings.ts';
import { user } from './wire.ts';

/** Says who the token is, and what of the host it sees. */
export async function testGitea(connection: Connection<GiteaSettings>): Promise<TestReport> {
  const api = openApi(connection);
  const found: Found = {};
  return runChecks(
    connection,
    {
      account: async () => {
        const [answer, product] = await Promise.all([
          api.http.request({ method: 'GET', url: api.path('/user') }),
          findProduct(api),
        ]);
        const { login, full_name: name } = read(answer, user);
        const account = { name: name || login, id: login };
        Object.assign(found, readHeaders(answer.headers, connection.now()), { product, account });
        return { state: 'ok', message: `Signed in as ${login}.` };
      },
      scopes: async () => {
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
      },
    },
    { found, states: refusalOrLack },
  );
}

/** Forgejo says in its version which Gitea it is like: `11.0.1+gitea-1.22.0`. Undefined where it is not told. */
async function findProduct({ http, path }: GiteaApi): Promise<string | undefined> {
  const answer = await http.request({ method: 'GET', url: path('/version'), accept: [401, 403, 404] });
  if (answer.status >= 400) return undefined;
  const { version } = read(answer, z.object({ version: z.string().max(100) }));
  return version.includes('gitea-') ? `Forgejo ${version.split('+')[0]}` : `Gitea ${version}`;
}
