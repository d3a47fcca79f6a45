import { refuse } from '../answer.ts';
import { isObject, type Route, type RouteRequest, readJson } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import type { HistoryItem, IssueLink } from './activity.ts';
import { addComment } from './comments.ts';
import { showStatus } from './metadata-view.ts';
import type { Issue } from './platform.ts';
import { getVisibleIssue } from './visibility.ts';

function showType(world: World, api: string, typeId: string) {
  const type = world.metadata.linkTypes.find(({ id }) => id === typeId);
  return { ...type, self: `${world.restBase()}/rest/api/${api}/issueLinkType/${typeId}` };
}

function showOther(world: World, api: string, id: string) {
  const issue = world.platform.findIssue(id);
  if (issue === undefined) throw new Error(`no issue ${id}`);
  const self = `${world.restBase()}/rest/api/${api}/issue/${issue.id}`;
  const fields = { summary: issue.summary, status: showStatus(world, api, issue.status) };
  return { id: issue.id, key: issue.key, self, fields };
}

function showLink(world: World, api: string, link: IssueLink) {
  return {
    id: link.id,
    self: `${world.restBase()}/rest/api/${api}/issueLink/${link.id}`,
    type: showType(world, api, link.typeId),
  };
}

/** The links of an issue, each with the issue at its other end. */
export function showLinksOf(world: World, api: string, { id }: Issue): object[] {
  return world.issueLinks.flatMap((link): object[] => {
    if (link.inwardIssue === id) {
      return [{ ...showLink(world, api, link), outwardIssue: showOther(world, api, link.outwardIssue) }];
    }
    if (link.outwardIssue === id) {
      return [{ ...showLink(world, api, link), inwardIssue: showOther(world, api, link.inwardIssue) }];
    }
    return [];
  });
}

/** Notes a link in the histories of both issues, each in its own words. That is no update of them, and tells nobody. */
function noteLink(world: World, author: SeedAccount, link: IssueLink, what: 'from' | 'to'): void {
  const type = world.metadata.linkTypes.find(({ id }) => id === link.typeId);
  const ends = [
    [link.inwardIssue, link.outwardIssue, type?.outward],
    [link.outwardIssue, link.inwardIssue, type?.inward],
  ] as const;
  for (const [ownId, otherId, words] of ends) {
    const [own, other] = [world.platform.findIssue(ownId), world.platform.findIssue(otherId)];
    if (own === undefined || other === undefined) continue;
    const text = `This issue ${words} ${other.key}`;
    const item: HistoryItem = {
      field: 'Link',
      fieldtype: 'jira',
      fieldId: 'issuelinks',
      from: what === 'from' ? other.key : null,
      fromString: what === 'from' ? text : null,
      to: what === 'to' ? other.key : null,
      toString: what === 'to' ? text : null,
    };
    own.activity.history.push({ id: world.nextId(), author, at: world.now(), items: [item] });
  }
}

/**
 * Links two issues. `here` stands for the end that an edit leaves out.
 * @throws 404 for an issue or a type that is not there, 401 as Jira says it without the permission
 */
export function addIssueLink(world: World, account: SeedAccount, given: unknown, here?: Issue): IssueLink {
  const { type, inwardIssue, outwardIssue } = isObject(given) ? given : {};
  const wanted = isObject(type) ? type : {};
  const found = world.metadata.linkTypes.find((one) =>
    wanted.id === undefined ? one.name === wanted.name : one.id === wanted.id,
  );
  if (found === undefined) {
    throw refuse(404, `No issue link type with name '${String(wanted.name ?? wanted.id)}' found.`);
  }
  const end = (value: unknown): Issue => {
    if (value === undefined && here !== undefined) return here;
    const name = isObject(value) ? (value.key ?? value.id) : undefined;
    return getVisibleIssue(world, account, typeof name === 'string' ? name : '');
  };
  const [inward, outward] = [end(inwardIssue), end(outwardIssue)];
  if (!world.platform.may(account, 'LINK_ISSUES', outward.project)) {
    throw refuse(401, 'No Link Issue Permission for issue.');
  }
  const link = { id: world.nextId(), typeId: found.id, inwardIssue: inward.id, outwardIssue: outward.id };
  const isThere = world.issueLinks.find(
    (one) =>
      one.typeId === link.typeId &&
      one.inwardIssue === link.inwardIssue &&
      one.outwardIssue === link.outwardIssue,
  );
  if (isThere !== undefined) return isThere;
  world.issueLinks.push(link);
  noteLink(world, account, link, 'to');
  world.announce.link('created', link, account);
  return link;
}

/** Links between issues and their types. */
export function issueLinkRoutes(world: World): Route[] {
  const find = (request: RouteRequest): IssueLink => {
    const id = request.parameter('id');
    const link = world.issueLinks.find((one) => one.id === id);
    if (link === undefined) throw refuse(404, `No issue link with id '${id}' exists.`);
    getVisibleIssue(world, findAccount(world, request), link.inwardIssue);
    return link;
  };
  return world.edition.apiVersions.flatMap((api): Route[] => [
    {
      method: 'GET',
      path: `/rest/api/${api}/issueLinkType`,
      handle: () => ({
        status: 200,
        body: { issueLinkTypes: world.metadata.linkTypes.map(({ id }) => showType(world, api, id)) },
      }),
    },
    {
      method: 'POST',
      path: `/rest/api/${api}/issueLink`,
      handle(request) {
        const account = getAccount(world, request);
        const body = readJson(request, (status, message) => refuse(status, message));
        const link = addIssueLink(world, account, body);
        if (isObject(body) && isObject(body.comment)) {
          const issue = getVisibleIssue(world, account, link.outwardIssue);
          addComment(world, api, issue, account, body.comment);
        }
        return { status: 201 };
      },
    },
    {
      method: 'GET',
      path: `/rest/api/${api}/issueLink/:id`,
      handle(request) {
        const link = find(request);
        return {
          status: 200,
          body: {
            ...showLink(world, api, link),
            inwardIssue: showOther(world, api, link.inwardIssue),
            outwardIssue: showOther(world, api, link.outwardIssue),
          },
        };
      },
    },
    {
      method: 'DELETE',
      path: `/rest/api/${api}/issueLink/:id`,
      handle(request) {
        const account = getAccount(world, request);
        const link = find(request);
        world.issueLinks.splice(world.issueLinks.indexOf(link), 1);
        noteLink(world, account, link, 'from');
        world.announce.link('deleted', link, account);
        return { status: 204 };
      },
    },
  ]);
}
