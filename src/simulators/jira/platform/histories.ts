import type { Route } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount } from './account.ts';
import type { HistoryEntry, HistoryItem } from './activity.ts';
import { jiraTime } from './fields/plain-elements.ts';
import { readPage } from './pages.ts';
import type { Issue } from './platform.ts';
import { getVisibleIssue } from './visibility.ts';

/** Changes as histories and webhooks show them. */
export const showItems = (world: World, items: HistoryItem[]) =>
  items.map(({ fieldId, ...item }) => (world.edition.name === 'cloud' ? { ...item, fieldId } : item));

function showEntry(world: World, api: string, { id, author, at, items }: HistoryEntry) {
  return {
    id,
    ...(author && { author: world.edition.showUser(world, api, author) }),
    created: jiraTime(at),
    items: showItems(world, items),
  };
}

/** The history of an issue as its `expand` shows it: the newest first on Cloud, the oldest first on Data Center. */
export function showChangelog(world: World, api: string, issue: Issue) {
  const entries = issue.activity.history.map((one) => showEntry(world, api, one));
  if (world.edition.name === 'cloud') entries.reverse();
  return { startAt: 0, maxResults: entries.length, total: entries.length, histories: entries };
}

/** The history page by page, the oldest first; Cloud's alone. */
export function changelogRoutes(world: World): Route[] {
  return world.edition.apiVersions.map((api) => ({
    method: 'GET',
    path: `/rest/api/${api}/issue/:idOrKey/changelog`,
    handle(request) {
      const issue = getVisibleIssue(world, findAccount(world, request), request.parameter('idOrKey'));
      const page = readPage(request, 100);
      const all = issue.activity.history;
      const self = `${world.restBase()}/rest/api/${api}/issue/${issue.key}/changelog`;
      return {
        status: 200,
        body: {
          self: `${self}?maxResults=${page.maxResults}&startAt=${page.startAt}`,
          ...page,
          total: all.length,
          isLast: page.startAt + page.maxResults >= all.length,
          values: all
            .slice(page.startAt, page.startAt + page.maxResults)
            .map((one) => showEntry(world, api, one)),
        },
      };
    },
  }));
}
