import { z } from 'zod';
import type { CodeScope } from '../../kit/code-host.ts';
import type { RepositoryInfo } from '../../kit/dev-info.ts';
import { type GitHubApi, listAll, pageSize, read, readAll, repositoryPath, withQuery } from './api.ts';
import { toRepository } from './mapping.ts';
import { repository, type WireRepository } from './wire.ts';

/** What a scope's path names. */
export type Owner = { kind: 'repository' } | { kind: 'organization' | 'user'; login: string };

const account = z.object({ login: z.string(), type: z.string() });
const login = z.object({ login: z.string() });

/** An owner as GitHub writes it, by any case; undefined when there is none that the token sees. */
export async function findOwner(api: GitHubApi, scope: string): Promise<Owner | undefined> {
  if (scope.includes('/')) return { kind: 'repository' };
  const url = `/users/${encodeURIComponent(scope)}`;
  const answer = await api.request({ method: 'GET', url, accept: [404] });
  if (answer.status === 404) return undefined;
  const found = read(answer, account);
  return { kind: found.type === 'Organization' ? 'organization' : 'user', login: found.login };
}

/** The token's own account, its organizations, and the repositories that it worked on last. */
export async function listScopes(api: GitHubApi): Promise<CodeScope[]> {
  const recent = withQuery('/user/repos', { per_page: pageSize, sort: 'pushed' });
  const [user, organizations, repositories] = await Promise.all([
    api.request({ method: 'GET', url: '/user' }),
    listAll(api, (page) => withQuery('/user/orgs', { page, per_page: pageSize }), login),
    api.request({ method: 'GET', url: recent }),
  ]);
  const listed = read(repositories, z.array(repository));
  // A fine-grained token lists no organizations, but sees what it was made for.
  const owners = listed.flatMap(({ owner }) =>
    owner?.type === 'Organization' && owner.login !== undefined ? [owner.login] : [],
  );
  const names = new Set([...organizations.map((one) => one.login), ...owners]);
  const own = read(user, login).login;
  return [
    { path: own, name: own, level: 'account' },
    ...[...names].map((name): CodeScope => ({ path: name, name, level: 'organization' })),
    ...listed.map(({ full_name: path }): CodeScope => ({ path, name: path, level: 'project' })),
  ];
}

/** The repositories of a scope, as REST tells them. @throws status-unexpected when there is no such scope */
export async function* listWire(api: GitHubApi, scope: string): AsyncIterable<WireRepository> {
  if (scope.includes('/')) {
    const answer = await api.request({ method: 'GET', url: repositoryPath(scope, '') });
    yield read(answer, repository);
    return;
  }
  const url = await listUrl(api, scope);
  yield* readAll(api, (page) => withQuery(url.path, { ...url.query, page, per_page: pageSize }), repository);
}

export async function* listRepositories(api: GitHubApi, scope: string): AsyncIterable<RepositoryInfo> {
  for await (const wire of listWire(api, scope)) yield toRepository(wire);
}

async function listUrl(
  api: GitHubApi,
  scope: string,
): Promise<{ path: string; query: Record<string, string> }> {
  const owner = encodeURIComponent(scope);
  const found = read(await api.request({ method: 'GET', url: `/users/${owner}` }), account);
  if (found.type === 'Organization') return { path: `/orgs/${owner}/repos`, query: { type: 'all' } };
  // Only of the token's own account are private ones listed.
  const own = read(await api.request({ method: 'GET', url: '/user' }), login);
  return own.login === found.login
    ? { path: '/user/repos', query: { affiliation: 'owner' } }
    : { path: `/users/${owner}/repos`, query: { type: 'owner' } };
}
