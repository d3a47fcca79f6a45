import { refuse } from '../answer.ts';
import { permissions } from '../permissions.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import { getVisibleIssue, getVisibleProject } from './visibility.ts';

function serverInfo(world: World) {
  return {
    baseUrl: world.siteUrl(),
    displayUrl: world.siteUrl(),
    version: '1001.0.0-SNAPSHOT',
    versionNumbers: [1001, 0, 0],
    deploymentType: 'Cloud',
    buildNumber: 100_286,
    buildDate: '2026-10-30T06:12:29.000+0000',
    serverTime: world.now().toISOString().replace('Z', '+0000'),
    scmInfo: 'simulated',
    serverTitle: world.seed.name,
    serverTimeZone: 'Etc/UTC',
  };
}

/** The project that the question is about, if it names one; 404 when it cannot be seen. */
export function projectInQuestion(world: World, request: RouteRequest) {
  const account = findAccount(world, request);
  const issue = request.query.get('issueKey') ?? request.query.get('issueId');
  if (issue !== null) return getVisibleIssue(world, account, issue).project;
  const key = request.query.get('projectKey');
  if (key !== null)
    return getVisibleProject(world, account, key, `No project could be found with key '${key}'.`);
  const id = request.query.get('projectId');
  if (id !== null) return getVisibleProject(world, account, id, `No project could be found with id '${id}'.`);
  return undefined;
}

function myPermissions(world: World, request: RouteRequest) {
  const account = findAccount(world, request);
  const asked = (request.query.get('permissions') ?? '').split(',').filter((key) => key !== '');
  if (asked.length === 0) throw refuse(400, "The 'permissions' query parameter is required.");
  const unknown = asked.filter((key) => !permissions.has(key));
  if (unknown.length > 0) throw refuse(400, `Unrecognized permission(s): ${unknown.join(', ')}`);
  const project = projectInQuestion(world, request);
  return Object.fromEntries(
    asked.map((key) => [
      key,
      { ...permissions.get(key), havePermission: world.platform.may(account, key, project) },
    ]),
  );
}

/** Who the site is, who asks, and what they may do. */
export function siteInformationRoutes(world: World): Route[] {
  const tenant: Route = {
    method: 'GET',
    path: '/_edge/tenant_info',
    handle: () => ({ status: 200, body: { cloudId: world.seed.cloudId } }),
  };
  const perVersion = world.edition.apiVersions.flatMap((api): Route[] => [
    {
      method: 'GET',
      path: `/rest/api/${api}/serverInfo`,
      handle(request) {
        // Open to everyone, but wrong credentials are still wrong.
        findAccount(world, request);
        return { status: 200, body: serverInfo(world) };
      },
    },
    {
      method: 'GET',
      path: `/rest/api/${api}/myself`,
      handle(request) {
        const account = getAccount(world, request);
        // One's own address is shown to oneself, whoever else does not see it.
        const shown = { ...world.edition.showUser(world, api, account), emailAddress: account.email };
        return { status: 200, body: shown };
      },
    },
    {
      method: 'GET',
      path: `/rest/api/${api}/mypermissions`,
      handle: (request) => ({ status: 200, body: { permissions: myPermissions(world, request) } }),
    },
  ]);
  return [tenant, ...perVersion];
}
