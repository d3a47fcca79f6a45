import { z } from 'zod';
import { type Found, readHeaders, runChecks } from '../../kit/connection-report.ts';
import type { Connection, TestReport } from '../../kit/connector.ts';
import { find, openApi, read } from './api.ts';
import { findToken } from './rights.ts';
import { listScopes } from './scopes.ts';
import type { GitLabSettings } from './settings.ts';

const user = z.object({ id: z.int(), username: z.string(), name: z.string().nullish() });
const version = z.object({ version: z.string() });

/** Says who the token is, until when it lasts, and what it maintains. */
export async function testGitLab(connection: Connection<GitLabSettings>): Promise<TestReport> {
  const http = openApi(connection);
  const found: Found = { product: 'GitLab' };
  return runChecks(
    connection,
    {
      account: async () => {
        const answer = await http.request({ method: 'GET', url: '/user' });
        const { id, username, name } = read(answer, user);
        const account = { name: name || username, id: String(id) };
        Object.assign(found, readHeaders(answer.headers, connection.now()), { account });
        const running = await find(http, '/version', version, [403, 404]);
        if (running !== undefined) found.product = `GitLab ${running.version}`;
        return { state: 'ok', message: `Signed in as ${username}.` };
      },
      token: async () => {
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
      },
      scopes: async () => {
        const names = (await listScopes(http)).map(({ path }) => path);
        return { state: 'ok', message: `What can be linked: ${names.slice(0, 20).join(', ')}.` };
      },
    },
    { found },
  );
}
