import type { RightReport } from '../../kit/code-host.ts';
import { asTielineError } from '../../kit/errors.ts';
import { type BitbucketApi, pathOf } from './api.ts';

/** Each right that a link of a project (`SHOP`) or a repository (`SHOP/checkout`) needs, in Bitbucket's words. */
export async function checkRights(api: BitbucketApi, scope: string): Promise<RightReport[]> {
  const [read, admin] = scope.includes('/')
    ? ['Repository read', 'Repository admin']
    : ['Project read', 'Project admin'];
  const sees = await check(api, pathOf(scope), {
    about: { right: read, neededFor: 'reading' },
    ok: `The token sees ${scope}`,
    missing: `The token does not see ${scope}: it needs the permission ${read}`,
  });
  if (sees.state === 'missing') return [sees];
  // Only who administers something sees its webhooks.
  const webhooks = await check(api, `${pathOf(scope)}/webhooks?limit=1`, {
    about: { right: admin, neededFor: 'webhooks' },
    ok: `The token may register webhooks of ${scope}`,
    missing: `The token may not register webhooks of ${scope}: it needs the permission ${admin}`,
  });
  return [sees, webhooks];
}

async function check(
  { http, path }: BitbucketApi,
  tail: string,
  { about, ok, missing }: { about: Pick<RightReport, 'right' | 'neededFor'>; ok: string; missing: string },
): Promise<RightReport> {
  try {
    const answer = await http.request({ method: 'GET', url: path(tail), accept: [404] });
    if (answer.status < 400) return { ...about, state: 'ok', message: ok };
  } catch (thrown) {
    const error = asTielineError(thrown);
    if (error.code !== 'remote-forbidden') throw error;
  }
  return { ...about, state: 'missing', message: missing };
}
