import { refuse } from '../answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import { type SeedAccount, userName } from '../seed.ts';
import type { World } from '../world.ts';
import { getAccount } from './account.ts';
import { readPage } from './pages.ts';
import type { Project } from './platform.ts';
import { getVisibleIssue, getVisibleProject } from './visibility.ts';

/** True when a word of the name, or the address as far as others see it, starts so. */
function matchesOnCloud({ displayName, email, showsEmail }: SeedAccount, words: string): boolean {
  const starts = [displayName, ...displayName.split(' '), ...(showsEmail ? [email] : [])];
  return starts.some((one) => one.toLowerCase().startsWith(words));
}

/** Data Center looks inside user name, display name and address. */
export function matchesOnDataCenter(account: SeedAccount, words: string): boolean {
  const { displayName, email } = account;
  if (words === '.') return true;
  return [userName(account), displayName, email].some((one) => one.toLowerCase().includes(words));
}

/** The people who can be assigned an issue, of a project or of one that exists; both editions have it. */
export function assignableRoutes(world: World): Route[] {
  const isCloud = world.edition.name === 'cloud';

  function projectOf(request: RouteRequest, account: SeedAccount): Project {
    const issue = request.query.get('issueKey') ?? request.query.get('issueId');
    if (issue !== null) return getVisibleIssue(world, account, issue).project;
    const project = request.query.get('project') ?? request.query.get('projectKeys');
    if (project !== null) return getVisibleProject(world, account, project);
    throw refuse(400, 'Either the project key or the issue key must be provided.');
  }

  return world.edition.apiVersions.map((api) => ({
    method: 'GET',
    path: `/rest/api/${api}/user/assignable/search`,
    handle(request) {
      const account = getAccount(world, request);
      const project = projectOf(request, account);
      const id = request.query.get('accountId');
      const words = (request.query.get(isCloud ? 'query' : 'username') ?? '').toLowerCase();
      const matches = isCloud ? matchesOnCloud : matchesOnDataCenter;
      const { startAt, maxResults } = readPage(request, 1_000);
      const found = world.seed.accounts.filter(
        (one) =>
          one.active &&
          world.platform.may(one, 'ASSIGNABLE_USER', project) &&
          (isCloud && id !== null ? one.accountId === id : words === '' || matches(one, words)),
      );
      const body = found
        .slice(startAt, startAt + maxResults)
        .map((one) => world.edition.showUser(world, api, one));
      return { status: 200, body };
    },
  }));
}

/** People by account id or by what they are called: Cloud's way. */
export function cloudUserRoutes(world: World): Route[] {
  return world.edition.apiVersions.flatMap((api): Route[] => [
    {
      method: 'GET',
      path: `/rest/api/${api}/user`,
      handle(request) {
        getAccount(world, request);
        const id = request.query.get('accountId');
        if (id === null) throw refuse(400, "The query parameter 'accountId' is required.");
        const found = world.seed.accounts.find((one) => one.accountId === id);
        if (found === undefined)
          throw refuse(404, 'Specified user does not exist or you do not have required permissions');
        return { status: 200, body: world.edition.showUser(world, api, found) };
      },
    },
    {
      method: 'GET',
      path: `/rest/api/${api}/user/search`,
      handle(request) {
        const account = getAccount(world, request);
        const [id, query] = [request.query.get('accountId'), request.query.get('query')];
        if (request.query.has('username') || (id === null && query === null)) {
          throw refuse(
            400,
            "The query parameters 'username' or 'key' are not supported in GDPR strict mode: give 'query' or 'accountId'.",
          );
        }
        const words = (query ?? '').toLowerCase();
        const { startAt, maxResults } = readPage(request, 1_000);
        const found = world.platform.may(account, 'USER_PICKER')
          ? world.seed.accounts.filter(
              (one) => one.active && (id === null ? matchesOnCloud(one, words) : one.accountId === id),
            )
          : [];
        const body = found
          .slice(startAt, startAt + maxResults)
          .map((one) => world.edition.showUser(world, api, one));
        return { status: 200, body };
      },
    },
  ]);
}
