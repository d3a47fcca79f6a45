import { z } from 'zod';
import type { RightReport } from '../../kit/code-host.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { apiPath, type BitbucketApi, encodePath, repositoryPath } from './api.ts';
import { webhooksPath } from './webhooks.ts';

type About = Pick<RightReport, 'right' | 'neededFor'>;
const repositories: About = { right: 'repository', neededFor: 'reading' };
const pullRequests: About = { right: 'pullrequest', neededFor: 'reading' };
const hooks: About = { right: 'webhook', neededFor: 'webhooks' };

/** The scopes of which one must be granted: those of API tokens, then those of access tokens. */
const pullRequestScopes = ['read:pullrequest:bitbucket', 'pullrequest', 'pullrequest:write'];
const webhookScopes = ['write:webhook:bitbucket', 'webhook'];

/** Each right that a link of a workspace (`acme`) or a repository (`acme/checkout`) needs. */
export async function checkRights(api: BitbucketApi, scope: string): Promise<RightReport[]> {
  const itself = scope.includes('/')
    ? repositoryPath(scope, '')
    : apiPath(`/repositories/${encodePath(scope)}`, { pagelen: 1 });
  const seen = await ask(api, itself);
  if (seen.status >= 400) {
    return [missing(repositories, `The token does not see the repositories of ${scope}`, seen)];
  }
  const webhooks = await ask(api, `${webhooksPath(scope)}?pagelen=1`);
  return [
    { ...repositories, state: 'ok', message: `The token sees the repositories of ${scope}` },
    granted(pullRequests, pullRequestScopes, seen),
    webhooks.status >= 400
      ? missing(hooks, `The token may not see and register webhooks of ${scope}; ${roleFor(scope)}`, webhooks)
      : granted(hooks, webhookScopes, webhooks),
  ];
}

const roleFor = (scope: string): string =>
  `a user must be an admin of the ${scope.includes('/') ? 'repository' : 'workspace'}`;

const ask = ({ http }: BitbucketApi, url: string): Promise<HttpAnswer> =>
  http.request({ method: 'GET', url, accept: [403, 404] });

/** Each answer names the scopes of the token. */
function granted(about: About, scopes: string[], { headers }: HttpAnswer): RightReport {
  const given = (headers['x-oauth-scopes'] ?? '').split(/[\s,]+/).filter((scope) => scope !== '');
  if (given.length === 0) {
    return { ...about, state: 'unknown', message: 'Bitbucket does not say which scopes the token has' };
  }
  if (scopes.some((scope) => given.includes(scope))) {
    return { ...about, state: 'ok', message: `The token has the scope ${about.right}` };
  }
  return {
    ...about,
    state: 'missing',
    message: `The token lacks the scope ${scopes[0]} (or ${scopes[1] ?? about.right})`,
  };
}

const refusal = z.object({
  error: z.object({
    message: z.string().max(500).optional(),
    detail: z
      .object({ required: z.array(z.string().max(100)).min(1) })
      .optional()
      .catch(undefined),
  }),
});

/** In Bitbucket's words, which name the scopes that would do. */
function missing(about: About, message: string, answer: HttpAnswer): RightReport {
  const said = answer.status === 403 ? refusal.safeParse(answer.json()).data?.error : undefined;
  const required = said?.detail && `; it needs the scope ${said.detail.required.join(', ')}`;
  return {
    ...about,
    state: 'missing',
    message: `${message}${required ?? (said?.message ? `; ${said.message}` : '')}`,
  };
}
