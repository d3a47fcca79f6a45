import type { Answer } from '../answer.ts';
import { refuse, refuseFields } from '../answer.ts';
import { findAccount, getAccount } from '../platform/account.ts';
import type { Issue } from '../platform/platform.ts';
import { getVisibleIssue } from '../platform/visibility.ts';
import { type Route, type RouteRequest, readJson } from '../route.ts';
import type { World } from '../world.ts';
import { type RemoteLink, type RemoteLinkData, remoteLinkSchema, showRemoteLink } from './remote-links.ts';

const path = '/rest/api/2/issue/:idOrKey/remotelink';

function readLink(request: RouteRequest): RemoteLinkData {
  const body = readJson(request, (status, message) => refuse(status, message));
  const parsed = remoteLinkSchema.safeParse(body, {
    error: (issue) => (issue.input === undefined ? 'is required' : undefined),
  });
  if (parsed.success) return parsed.data;
  const [unknown] = parsed.error.issues.filter(({ code }) => code === 'unrecognized_keys');
  if (unknown !== undefined) throw refuse(400, unknown.message);
  throw refuseFields(
    Object.fromEntries(
      parsed.error.issues.map((issue) => {
        const field = issue.path.filter((part) => part !== 'object').join('.') || 'object';
        return [field, `'${field}' ${issue.message}.`];
      }),
    ),
  );
}

/** The links of an issue to things outside: list, get, create or update by global id, change, delete. */
export function remoteLinkRoutes(world: World): Route[] {
  const selfOf = (issue: Issue) => `${world.restBase()}/rest/api/2/issue/${issue.key}/remotelink`;
  const readable = (request: RouteRequest) =>
    getVisibleIssue(world, findAccount(world, request), request.parameter('idOrKey'));

  function linkable(request: RouteRequest): Issue {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    if (world.platform.may(account, 'LINK_ISSUES', issue.project)) return issue;
    throw refuse(403, 'You do not have permission to create or change remote issue links in this project.');
  }

  const missing = (what: string) => refuse(404, `The remote issue link with ${what} does not exist.`);
  function getLink(issue: Issue, fits: (link: RemoteLink) => boolean, what: string): RemoteLink {
    const found = world.remoteLinks.of(issue.id).find(fits);
    if (found === undefined) throw missing(what);
    return found;
  }
  const byGlobalId = (issue: Issue, globalId: string) =>
    getLink(issue, (link) => link.globalId === globalId, `the global id '${globalId}'`);
  function byId(issue: Issue, request: RouteRequest): RemoteLink {
    const id = request.parameter('linkId');
    if (!/^\d{1,18}$/.test(id)) throw refuse(400, `The link id '${id}' is not a number.`);
    return getLink(issue, (link) => link.id === Number(id), `the id '${id}'`);
  }

  function list(request: RouteRequest): Answer {
    const issue = readable(request);
    const globalId = request.query.get('globalId');
    const show = (link: RemoteLink) => showRemoteLink(selfOf(issue), link);
    if (globalId !== null) return { status: 200, body: show(byGlobalId(issue, globalId)) };
    return { status: 200, body: world.remoteLinks.of(issue.id).map(show) };
  }

  function put(request: RouteRequest): Answer {
    const issue = linkable(request);
    const { link, isNew } = world.remoteLinks.put(issue.id, readLink(request));
    return { status: isNew ? 201 : 200, body: { id: link.id, self: `${selfOf(issue)}/${link.id}` } };
  }

  function removeByGlobalId(request: RouteRequest): Answer {
    const issue = linkable(request);
    const globalId = request.query.get('globalId');
    if (globalId === null || globalId === '')
      throw refuse(400, "The 'globalId' query parameter is required.");
    world.remoteLinks.remove(issue.id, byGlobalId(issue, globalId).id);
    return { status: 204 };
  }

  return [
    { method: 'GET', path, handle: list },
    { method: 'POST', path, handle: put },
    { method: 'DELETE', path, handle: removeByGlobalId },
    {
      method: 'GET',
      path: `${path}/:linkId`,
      handle(request) {
        const issue = readable(request);
        return { status: 200, body: showRemoteLink(selfOf(issue), byId(issue, request)) };
      },
    },
    {
      method: 'PUT',
      path: `${path}/:linkId`,
      handle(request) {
        const issue = linkable(request);
        world.remoteLinks.replace(issue.id, byId(issue, request).id, readLink(request));
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:linkId`,
      handle(request) {
        const issue = linkable(request);
        world.remoteLinks.remove(issue.id, byId(issue, request).id);
        return { status: 204 };
      },
    },
  ];
}
