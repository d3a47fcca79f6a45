import { z } from 'zod';
import { type Found, readHeaders, refusalOrLack, runChecks } from '../../kit/connection-report.ts';
import type { Connection, TestReport } from '../../kit/connector.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { apiPath, encodePath, openApi, read } from './api.ts';
import { bitbucketHost } from './code-host.ts';
import type { BitbucketSettings } from './settings.ts';
import { account as accountWire, repository } from './wire.ts';

/** Says who the token is, and what of the host it sees. */
export async function testBitbucket(connection: Connection<BitbucketSettings>): Promise<TestReport> {
  const api = openApi(connection);
  const { email, workspace } = connection.settings;
  const found: Found = { product: 'Bitbucket Cloud' };
  const note = ({ headers }: HttpAnswer) => Object.assign(found, readHeaders(headers, connection.now()));
  return runChecks(
    connection,
    {
      account: async () => {
        if (email === undefined) {
          // An access token is nobody's, and Bitbucket does not say whose: it is tried out.
          const url = apiPath(`/repositories/${encodePath(workspace ?? '')}`, { pagelen: 1 });
          const answer = await api.http.request({ method: 'GET', url });
          read(answer, z.object({ values: z.array(repository) }));
          note(answer);
          return { state: 'ok', message: `The access token is taken in the workspace ${workspace}.` };
        }
        const answer = await api.http.request({ method: 'GET', url: apiPath('/user') });
        const user = read(answer, accountWire);
        note(answer);
        const name = user.display_name || user.nickname || email;
        found.account = { name, id: user.account_id || email };
        return { state: 'ok', message: `Signed in as ${name}.` };
      },
      scopes: async () => {
        const scopes = await bitbucketHost.scopes(connection);
        if (scopes.length > 0) {
          return { state: 'ok', message: `Workspaces: ${scopes.map(({ path }) => path).join(', ')}.` };
        }
        return {
          state: 'missing',
          message: 'The user is a member of no workspace.',
          hint: 'Make it an admin of the workspaces that are to be linked.',
        };
      },
    },
    { found, states: refusalOrLack },
  );
}
