import type { CodeScope } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import { encodePath, type GiteaApi, pageSize, read, readAll } from './api.ts';
import { organization, user } from './wire.ts';

/**
 * What a scope is at Gitea, with the paths of what belongs to it:
 * - level `organization`: an organization, `acme`
 * - level `account`: a user, `ada`; only its own token sees and registers its webhooks
 * - level `project`: a repository, `acme/checkout`
 */
export interface Place {
  level: CodeScope['level'];
  /** Below `/api/v1`; undefined for a repository, which is alone. */
  repositories: string | undefined;
  /** Below `/api/v1`; undefined where the token may have none. */
  webhooks: string | undefined;
  /** Below `/api/v1`: what is answered when the scope is there and may be seen. */
  itself: string;
}

/** Finds out what a scope is. Asks the host for one without a slash. */
export async function placeOf(api: GiteaApi, scope: string): Promise<Place> {
  const path = encodePath(scope);
  if (scope.includes('/')) {
    const itself = `/repos/${path}`;
    return { level: 'project', repositories: undefined, webhooks: `${itself}/hooks`, itself };
  }
  const itself = `/orgs/${path}`;
  const answer = await api.http.request({ method: 'GET', url: api.path(itself), accept: [404] });
  if (answer.status !== 404) {
    return { level: 'organization', repositories: `${itself}/repos`, webhooks: `${itself}/hooks`, itself };
  }
  const isOwn = (await readUser(api)).login.toLowerCase() === scope.toLowerCase();
  return {
    level: 'account',
    repositories: `/users/${path}/repos`,
    webhooks: isOwn ? '/user/hooks' : undefined,
    itself: `/users/${path}`,
  };
}

/** Whose the token is. */
async function readUser({ http, path }: GiteaApi) {
  return read(await http.request({ method: 'GET', url: path('/user') }), user);
}

/** The user itself and the organizations of which it is a member. */
export async function listScopes(api: GiteaApi): Promise<CodeScope[]> {
  const own = await readUser(api);
  const scopes: CodeScope[] = [{ path: own.login, name: own.full_name || own.login, level: 'account' }];
  const urlOf = (page: number) => api.path('/user/orgs', { page, limit: pageSize });
  for await (const { name, fullName } of readAll(api, urlOf, organization)) {
    scopes.push({ path: name, name: fullName || name, level: 'organization' });
  }
  return scopes;
}

/** Where the webhooks of a scope are. @throws remote-forbidden */
export async function webhooksOf(api: GiteaApi, scope: string): Promise<string> {
  const { webhooks } = await placeOf(api, scope);
  if (webhooks !== undefined) return webhooks;
  throw new TielineError('remote-forbidden', noWebhooks(scope));
}

export const noWebhooks = (scope: string): string =>
  `Only a token of ${scope} may register webhooks for all repositories of that user; link its repositories one by one, or give its token`;
