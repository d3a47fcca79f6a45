import { refuse } from '../answer.ts';
import { listedPermissions } from '../permissions.ts';
import { findAccount, getAccount } from '../platform/account.ts';
import { projectInQuestion } from '../platform/site-routes.ts';
import { matchesOnDataCenter } from '../platform/user-routes.ts';
import type { Route, RouteRequest } from '../route.ts';
import { userName } from '../seed.ts';
import type { World } from '../world.ts';
import { userKey } from './data-center-edition.ts';
import type { Version } from './version.ts';

const jiraTime = (at: Date) => at.toISOString().replace('Z', '+0000');

function serverInfo(world: World, { text, numbers }: Version) {
  const [major = 0, minor = 0, patch = 0] = numbers;
  return {
    baseUrl: world.siteUrl(),
    version: text,
    versionNumbers: numbers,
    deploymentType: 'Server',
    buildNumber: major * 100_000 + minor * 1_000 + patch,
    buildDate: '2026-10-30T00:00:00.000+0000',
    databaseBuildNumber: major * 100_000 + minor * 1_000 + patch,
    serverTime: jiraTime(world.now()),
    scmInfo: 'simulated',
    serverTitle: world.seed.name,
  };
}

/** Every permission there is, whatever was asked for: only Cloud lets one choose. */
function myPermissions(world: World, request: RouteRequest) {
  const account = findAccount(world, request);
  const project = projectInQuestion(world, request);
  return Object.fromEntries(
    listedPermissions('data-center').map((permission) => [
      permission.key,
      { ...permission, havePermission: world.platform.may(account, permission.key, project) },
    ]),
  );
}

function findUsers(world: World, request: RouteRequest) {
  const account = getAccount(world, request);
  const words = request.query.get('username')?.toLowerCase();
  if (!words) throw refuse(400, 'The username query parameter was not provided');
  if (!world.platform.may(account, 'USER_PICKER')) return [];
  const withInactive = request.query.get('includeInactive') === 'true';
  return world.seed.accounts.filter((one) => (one.active || withInactive) && matchesOnDataCenter(one, words));
}

function getUser(world: World, request: RouteRequest) {
  getAccount(world, request);
  const name = request.query.get('username');
  const key = request.query.get('key');
  if (name === null && key === null) throw refuse(400, 'Either username or key must be provided.');
  const found = world.seed.accounts.find((one) =>
    key === null ? userName(one) === name : userKey(world, one) === key,
  );
  if (found === undefined) throw refuse(404, `The user named '${name ?? key}' does not exist`);
  return found;
}

/** Who the site is, who asks, what they may do, and who else is there. */
export function dataCenterSiteRoutes(world: World, version: Version): Route[] {
  const show = (account: Parameters<typeof userName>[0]) => world.edition.showUser(world, '2', account);
  const get = (path: string, body: (request: RouteRequest) => unknown): Route => ({
    method: 'GET',
    path: `/rest/api/2/${path}`,
    handle: (request) => ({ status: 200, body: body(request) }),
  });
  return [
    get('serverInfo', (request) => {
      // Open to everyone, but wrong credentials are still wrong.
      findAccount(world, request);
      return serverInfo(world, version);
    }),
    get('myself', (request) => show(getAccount(world, request))),
    get('mypermissions', (request) => ({ permissions: myPermissions(world, request) })),
    get('user', (request) => show(getUser(world, request))),
    get('user/search', (request) => findUsers(world, request).map(show)),
  ];
}
