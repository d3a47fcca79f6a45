import { refuse, refuseFields } from '../answer.ts';
import { isObject, type Route, type RouteRequest, readJson } from '../route.ts';
import { type SeedAccount, userName } from '../seed.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import type { Comment } from './activity.ts';
import { addComment, readText, readVisibility, sees, showComment, showComments } from './comments.ts';
import { readPage } from './pages.ts';
import type { Issue } from './platform.ts';
import { getVisibleIssue } from './visibility.ts';
import { addWorklog, showWorklogs } from './worklogs.ts';

const readBody = (request: RouteRequest): Record<string, unknown> => {
  const body = readJson(request, (status, message) => refuse(status, message));
  if (isObject(body)) return body;
  throw refuse(400, 'Invalid request payload. Refer to the REST API documentation and try again.');
};

/** Comments, worklogs and watchers of an issue. */
export function activityRoutes(world: World): Route[] {
  const readable = (request: RouteRequest) => {
    const account = findAccount(world, request);
    return { account, issue: getVisibleIssue(world, account, request.parameter('idOrKey')) };
  };
  const writable = (request: RouteRequest, permission: string, words: string) => {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    if (world.platform.may(account, permission, issue.project)) return { account, issue };
    throw world.edition.name === 'cloud' ? refuse(403, words) : refuseFields({ comment: words });
  };
  const getComment = (request: RouteRequest, issue: Issue, account: SeedAccount | undefined): Comment => {
    const id = request.parameter('id');
    const found = issue.activity.comments.find((one) => one.id === id);
    if (found !== undefined && sees(world, account, found.visibility, issue)) return found;
    throw refuse(404, `Can not find a comment for the id: ${id}.`);
  };
  const mayChange = (verb: 'EDIT' | 'DELETE', account: SeedAccount, issue: Issue, comment: Comment) =>
    world.platform.may(account, `${verb}_ALL_COMMENTS`, issue.project) ||
    (comment.author === account && world.platform.may(account, `${verb}_OWN_COMMENTS`, issue.project));

  const comments = (api: string): Route[] => {
    const path = `/rest/api/${api}/issue/:idOrKey/comment`;
    return [
      {
        method: 'GET',
        path,
        handle(request) {
          const { issue, account } = readable(request);
          const all = showComments(world, api, issue, account);
          if (/^-/.test(request.query.get('orderBy') ?? '')) all.reverse();
          const { startAt, maxResults } = readPage(request, 5_000, 5_000);
          const some = all.slice(startAt, startAt + maxResults);
          return { status: 200, body: { startAt, maxResults, total: all.length, comments: some } };
        },
      },
      {
        method: 'POST',
        path,
        handle(request) {
          const { account, issue } = writable(
            request,
            'ADD_COMMENTS',
            'You do not have the permission to comment on this issue.',
          );
          world.platform.noteWrite(issue);
          const comment = addComment(world, api, issue, account, readBody(request));
          return { status: 201, body: showComment(world, api, issue, comment) };
        },
      },
      {
        method: 'GET',
        path: `${path}/:id`,
        handle(request) {
          const { issue, account } = readable(request);
          return {
            status: 200,
            body: showComment(world, api, issue, getComment(request, issue, account)),
          };
        },
      },
      {
        method: 'PUT',
        path: `${path}/:id`,
        handle(request) {
          const account = getAccount(world, request);
          const { issue } = readable(request);
          const comment = getComment(request, issue, account);
          if (!mayChange('EDIT', account, issue, comment)) {
            throw refuse(400, `You do not have the permission to edit the comment with id: ${comment.id}.`);
          }
          const given = readBody(request);
          const body = readText(world, api, given.body);
          if (Array.isArray(body)) throw refuseFields({ comment: body.join(' ') });
          world.platform.noteWrite(issue);
          Object.assign(comment, { body, updateAuthor: account, updatedAt: world.now() });
          if ('visibility' in given) {
            comment.visibility = readVisibility(world, given.visibility, account, issue);
          }
          world.announce.comment('updated', issue, comment, account);
          return { status: 200, body: showComment(world, api, issue, comment) };
        },
      },
      {
        method: 'DELETE',
        path: `${path}/:id`,
        handle(request) {
          const account = getAccount(world, request);
          const { issue } = readable(request);
          const comment = getComment(request, issue, account);
          if (!mayChange('DELETE', account, issue, comment)) {
            throw refuse(400, `You do not have the permission to delete the comment with id: ${comment.id}.`);
          }
          issue.activity.comments.splice(issue.activity.comments.indexOf(comment), 1);
          world.announce.comment('deleted', issue, comment, account);
          return { status: 204 };
        },
      },
    ];
  };

  const worklogs = (api: string): Route[] => {
    const path = `/rest/api/${api}/issue/:idOrKey/worklog`;
    return [
      {
        method: 'GET',
        path,
        handle(request) {
          const all = showWorklogs(world, api, readable(request).issue);
          return {
            status: 200,
            body: { startAt: 0, maxResults: all.length, total: all.length, worklogs: all },
          };
        },
      },
      {
        method: 'POST',
        path,
        handle(request) {
          const { account, issue } = writable(
            request,
            'WORK_ON_ISSUES',
            'You do not have the permission to associate a worklog to this issue.',
          );
          world.platform.noteWrite(issue);
          return { status: 201, body: addWorklog(world, api, issue, account, readBody(request)) };
        },
      },
    ];
  };

  /** The person that a request about watchers names, or else who asks. */
  function watcherIn(name: string | null | undefined, account: SeedAccount): SeedAccount {
    if (name === null || name === undefined) return account;
    const isCloud = world.edition.name === 'cloud';
    const found = world.seed.accounts.find((one) => (isCloud ? one.accountId : userName(one)) === name);
    if (found !== undefined) return found;
    throw refuse(isCloud ? 404 : 400, `User '${name}' does not exist.`);
  }

  const watchers = (api: string): Route[] => {
    const path = `/rest/api/${api}/issue/:idOrKey/watchers`;
    const change = (request: RouteRequest, act: (issue: Issue, account: SeedAccount) => void) => {
      const account = getAccount(world, request);
      const { issue } = readable(request);
      act(issue, account);
      return { status: 204 };
    };
    const mayManage = (account: SeedAccount, of: SeedAccount, issue: Issue) => {
      if (account === of || world.platform.may(account, 'MANAGE_WATCHERS', issue.project)) return;
      throw refuse(403, 'You do not have permission to manage the watchers of this issue.');
    };
    return [
      {
        method: 'GET',
        path,
        handle(request) {
          const { issue, account } = readable(request);
          const all = world.seed.accounts.filter((one) => issue.activity.watchers.has(one.accountId));
          return {
            status: 200,
            body: {
              self: `${world.restBase()}/rest/api/${api}/issue/${issue.key}/watchers`,
              isWatching: account !== undefined && all.includes(account),
              watchCount: all.length,
              watchers: all.map((one) => world.edition.showUser(world, api, one)),
            },
          };
        },
      },
      {
        method: 'POST',
        path,
        handle: (request) =>
          change(request, (issue, account) => {
            // The body is a text in JSON, the account id or the name alone.
            const given =
              request.body.length === 0
                ? undefined
                : readJson(request, (status, message) => refuse(status, message));
            if (given !== undefined && typeof given !== 'string')
              throw refuse(400, 'The body must be a text.');
            const watcher = watcherIn(given, account);
            mayManage(account, watcher, issue);
            issue.activity.watchers.add(watcher.accountId);
          }),
      },
      {
        method: 'DELETE',
        path,
        handle: (request) =>
          change(request, (issue, account) => {
            const name = request.query.get(world.edition.name === 'cloud' ? 'accountId' : 'username');
            const watcher = watcherIn(name, account);
            mayManage(account, watcher, issue);
            issue.activity.watchers.delete(watcher.accountId);
          }),
      },
    ];
  };

  return world.edition.apiVersions.flatMap((api) => [...comments(api), ...worklogs(api), ...watchers(api)]);
}
