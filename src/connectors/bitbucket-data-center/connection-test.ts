import { z } from 'zod';
import type { CapabilityReport, Connection, TestReport } from '../../kit/connector.ts';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { asTielineError } from '../../kit/errors.ts';
import { type BitbucketApi, openApi, read, readPage } from './api.ts';
import type { BitbucketDataCenterSettings } from './settings.ts';
import { project } from './wire.ts';

/** So many projects are named in the report. */
const namedProjects = 10;

/** Says who the token is, and what of the host it sees. */
export async function testBitbucketDataCenter(
  connection: Connection<BitbucketDataCenterSettings>,
): Promise<TestReport> {
  const startedAt = connection.now();
  const api = openApi(connection);
  let account: TestReport['account'];
  let product: string | undefined;
  const capabilities = await Promise.all([
    report('account', async () => {
      const [answer, found] = await Promise.all([
        api.http.request({ method: 'GET', url: api.path('/projects', { limit: 1 }) }),
        findProduct(api),
      ]);
      product = found;
      // Bitbucket names in each answer who asked; a token of a project or repository has a user of its own.
      const user = decodeURIComponent(answer.headers['x-ausername'] ?? '');
      if (user === '') return { state: 'ok', message: 'The token is taken.' };
      account = { name: user, id: user };
      return { state: 'ok', message: `Signed in as ${user}.` };
    }),
    report('scopes', async () => {
      const { items } = await readPage(api, api.path('/projects', { limit: namedProjects }), project);
      if (items.length > 0) {
        return { state: 'ok', message: `The token sees ${items.map(({ key }) => key).join(', ')}.` };
      }
      return {
        state: 'missing',
        message: 'The token sees no project.',
        hint: 'Give it Project admin of the projects that are to be linked.',
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

/** Undefined where it is not told. */
async function findProduct({ http, path }: BitbucketApi): Promise<string | undefined> {
  const url = path('/application-properties');
  const answer = await http.request({ method: 'GET', url, accept: [401, 403, 404] });
  if (answer.status >= 400) return undefined;
  const { displayName, version } = read(answer, z.object({ displayName: z.string(), version: z.string() }));
  return `${displayName} ${version}`;
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
