import { z } from 'zod';
import type { CodeScope } from '../../kit/code-host.ts';
import type { RepositoryInfo } from '../../kit/dev-info.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import { find, groupPath, pageSize, projectPath, readAll, withQuery } from './api.ts';
import { toRepository } from './mapping.ts';
import { project, type WireProject } from './wire.ts';

const group = z.object({ id: z.int(), full_path: z.string(), full_name: z.string().optional() });
const user = z.object({ id: z.int(), username: z.string() });

/** The role Maintainer, by GitLab's number: less may not register webhooks. */
const maintainer = 40;

/** What a scope's path names, with the path as GitLab writes it. */
export type Place = { id: string; path: string } & (
  | { kind: 'group' }
  | { kind: 'user' }
  | { kind: 'project'; project: WireProject }
);

/** What a path leads to, by any case; undefined when the token sees nothing there. */
export async function findPlace(http: Http, scope: string): Promise<Place | undefined> {
  const absent = [403, 404];
  const asGroup = await find(http, groupPath(scope, '', { with_projects: false }), group, absent);
  if (asGroup !== undefined) return { kind: 'group', id: String(asGroup.id), path: asGroup.full_path };
  if (scope.includes('/')) {
    const found = await find(http, projectPath(scope, ''), project, absent);
    return (
      found && { kind: 'project', id: String(found.id), path: found.path_with_namespace, project: found }
    );
  }
  const [found] = (await find(http, withQuery('/users', { username: scope }), z.array(user), absent)) ?? [];
  return found && { kind: 'user', id: String(found.id), path: found.username };
}

/** @throws resource-not-found */
export async function getPlace(http: Http, scope: string): Promise<Place> {
  const place = await findPlace(http, scope);
  if (place !== undefined) return place;
  throw new TielineError('resource-not-found', `The token sees no group, project or user ${scope}`);
}

/** The groups and projects that the token maintains, and its own namespace. */
export async function listScopes(http: Http): Promise<CodeScope[]> {
  const mine = { min_access_level: maintainer, per_page: pageSize };
  const found: CodeScope[] = [];
  const own = await find(http, '/user', user);
  if (own !== undefined) found.push({ path: own.username, name: own.username, level: 'account' });
  for await (const one of readAll(http, (page) => withQuery('/groups', { ...mine, page }), group)) {
    found.push({ path: one.full_path, name: one.full_name ?? one.full_path, level: 'organization' });
  }
  const recent = { ...mine, membership: true, order_by: 'last_activity_at' };
  for (const { path_with_namespace: path } of (await find(
    http,
    withQuery('/projects', recent),
    z.array(project),
  )) ?? []) {
    found.push({ path, name: path, level: 'project' });
  }
  return found;
}

/** The projects of a place, those of subgroups too; not those that others share with a group. */
export async function* listProjects(http: Http, place: Place): AsyncIterable<WireProject> {
  if (place.kind === 'project') {
    yield place.project;
    return;
  }
  const urlOf = (page: number) =>
    place.kind === 'group'
      ? groupPath(place.id, '/projects', {
          include_subgroups: true,
          with_shared: false,
          page,
          per_page: pageSize,
        })
      : withQuery(`/users/${place.id}/projects`, { page, per_page: pageSize });
  yield* readAll(http, urlOf, project);
}

export async function* listRepositories(http: Http, scope: string): AsyncIterable<RepositoryInfo> {
  for await (const wire of listProjects(http, await getPlace(http, scope))) yield toRepository(wire);
}
