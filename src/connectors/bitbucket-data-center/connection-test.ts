import { z } from 'zod';
import { type Found, readHeaders, refusalOrLack, runChecks } from '../../kit/connection-report.ts';
import type { Connection, TestReport } from '../../kit/connector.ts';
import { type BitbucketApi, openApi, read, readPage } from './api.ts';
import type { BitbucketDataCenterSettings } from './settings.ts';
import { project } from './wire.ts';

/** So many projects are named in the report. */
const namedProjects = 10;

/** Says who the token is, and what of the host it sees. */
export async function testBitbucketDataCenter(
  connection: Connection<BitbucketDataCenterSettings>,
): Promise<TestReport> {
  const api = openApi(connection);
  const found: Found = {};
  return runChecks(
    connection,
    {
      account: async () => {
        const [answer, product] = await Promise.all([
          api.http.request({ method: 'GET', url: api.path('/projects', { limit: 1 }) }),
          findProduct(api),
        ]);
        Object.assign(found, readHeaders(answer.headers, connection.now()), { product });
        // Bitbucket names in each answer who asked; a token of a project or repository has a user of its own.
        const user = decodeURIComponent(answer.headers['x-ausername'] ?? '');
        if (user === '') return { state: 'ok', message: 'The token is taken.' };
        found.account = { name: user, id: user };
        return { state: 'ok', message: `Signed in as ${user}.` };
      },
      scopes: async () => {
        const { items } = await readPage(api, api.path('/projects', { limit: namedProjects }), project);
        if (items.length > 0) {
          return { state: 'ok', message: `The token sees ${items.map(({ key }) => key).join(', ')}.` };
        }
        return {
          state: 'missing',
          message: 'The token sees no project.',
          hint: 'Give it Project admin of the projects that are to be linked.',
        };
      },
    },
    { found, states: refusalOrLack },
  );
}

/** Undefined where it is not told. */
async function findProduct({ http, path }: BitbucketApi): Promise<string | undefined> {
  const url = path('/application-properties');
  const answer = await http.request({ method: 'GET', url, accept: [401, 403, 404] });
  if (answer.status >= 400) return undefined;
  const { displayName, version } = read(answer, z.object({ displayName: z.string(), version: z.string() }));
  return `${displayName} ${version}`;
}
