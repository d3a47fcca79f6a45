import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import type { IssueLook, JiraIssues, SeenIssue, SeenIssues } from '../../kit/jira-issues.ts';
import { bodyOf } from './answer-body.ts';
import { readErrorMessages } from './error-messages.ts';
import { openIssueRequests } from './issue-requests.ts';
import { parseAnswer } from './pages.ts';
import type { JiraParts } from './parts.ts';
import { expansions, issueWithNames, type SeenFacts, seenIssue, wireIssue } from './seen-issue.ts';

/** Ids in one `in (…)`: Jira Cloud takes no more values of one clause. */
const mostIds = 1_000;
/** Of so many issues Jira Cloud's search answers with what holds now, whatever its index knows. */
const mostReconciled = 50;
/** Larger answers would be a fault of the paging: a page holds at least 100 issues, and 1,000 are asked for. */
const mostPages = 50;

const searchPage = z.object({
  issues: z.array(wireIssue),
  names: z.record(z.string(), z.string()).optional(),
  schema: z.record(z.string(), z.unknown()).optional(),
  nextPageToken: z.string().nullish(),
  isLast: z.boolean().optional(),
  total: z.number().optional(),
  warningMessages: z.array(z.string()).optional(),
});
type SearchPage = z.output<typeof searchPage>;

/** A refusal of the query, with Jira's words. */
interface Refusal {
  words: string;
  error: TielineError;
}

/**
 * Reads issues, one by its key and many by search. Jira Cloud platform REST API v3: "Get issue", "Search for issues using
 * JQL enhanced search (POST)"; Jira Data Center REST API v2: "Get issue", "Perform search with JQL".
 */
export function createIssueReading(parts: JiraParts): Pick<JiraIssues, 'read' | 'look'> {
  const search = async (look: IssueLook & { reconcile: boolean }): Promise<SeenIssues | Refusal> => {
    const { http, rest, capabilities } = await openIssueRequests(parts);
    const facts = { baseUrl: (await parts.site()).identity.baseUrl, capabilities };
    return capabilities.search === 'token'
      ? searchByToken(http, `${rest}/search/jql`, look, facts)
      : searchByOffset(http, `${rest}/search`, look, facts);
  };

  /** An id that is gone makes Jira refuse the whole query: it is left out, by Jira's words or by halving. */
  const searchKnown = async (look: IssueLook & { reconcile: boolean }): Promise<SeenIssues> => {
    if (look.ids.length === 0) return { issues: [], unknownIds: [] };
    const found = await search(look);
    if (!('words' in found)) return found;
    const named = idsIn(found.words, look.ids);
    if (named.length > 0) {
      const rest = await searchKnown({ ...look, ids: look.ids.filter((id) => !named.includes(id)) });
      return { ...rest, unknownIds: [...named, ...rest.unknownIds] };
    }
    // Nothing that Jira says of a single id is about another one.
    if (look.ids.length === 1) throw found.error;
    const middle = Math.ceil(look.ids.length / 2);
    return joined([
      await searchKnown({ ...look, ids: look.ids.slice(0, middle) }),
      await searchKnown({ ...look, ids: look.ids.slice(middle) }),
    ]);
  };

  return {
    async read(issueKeyOrId, { fields, changes = false } = {}) {
      const requests = await openIssueRequests(parts);
      const { baseUrl } = (await parts.site()).identity;
      const query = new URLSearchParams({
        expand: [...expansions, ...(changes ? ['changelog'] : [])].join(),
      });
      if (fields !== undefined) query.set('fields', withUpdated(fields).join());
      const url = `${requests.pathOf(issueKeyOrId)}?${query}`;
      const issue = await requests.read(issueKeyOrId, url, issueWithNames);
      return seenIssue(issue, issue, { baseUrl, capabilities: requests.capabilities });
    },
    async look(look) {
      const { capabilities } = (await parts.site()).identity;
      const isNow = look.withinMs === undefined;
      const reconcile = isNow && capabilities.search === 'token';
      const found: SeenIssues[] = [];
      for (const ids of chunksOf([...new Set(look.ids)], reconcile ? mostReconciled : mostIds)) {
        const known = await searchKnown({ ...look, ids, reconcile });
        const seen = new Set(known.issues.map(({ id }) => id));
        const missing = isNow ? ids.filter((id) => !seen.has(id)) : known.unknownIds;
        found.push({ issues: known.issues, unknownIds: missing });
      }
      return joined(found);
    },
  };
}

const joined = (found: SeenIssues[]): SeenIssues => ({
  issues: found.flatMap(({ issues }) => issues),
  unknownIds: found.flatMap(({ unknownIds }) => unknownIds),
});

function chunksOf(ids: string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
}

/** Relative to Jira's clock, so that no time zone matters. JQL counts whole minutes. */
function jqlOf({ ids, withinMs }: IssueLook): string {
  const changed = withinMs === undefined ? '' : ` AND updated >= -${Math.ceil(withinMs / 60_000)}m`;
  return `id in (${ids.join()})${changed} ORDER BY key`;
}

/** The ids that Jira's words put into quotes: `A value with ID '10001' does not exist for the field 'id'.` */
function idsIn(words: string, ids: string[]): string[] {
  const quoted = new Set([...words.matchAll(/['"]([0-9]+)['"]/g)].map(([, id]) => id));
  return ids.filter((id) => quoted.has(id));
}

const withUpdated = (fields: string[]): string[] => [...new Set([...fields, 'updated'])];
const wantedFields = ({ fields }: IssueLook): string[] =>
  fields === undefined ? ['*all'] : withUpdated(fields);

async function ask(http: Http, url: string, json: object): Promise<SearchPage | Refusal> {
  const answer = await http.request({ method: 'POST', url, json, accept: [400] });
  if (answer.status !== 400) return parseAnswer(answer.url, searchPage, answer.json());
  const body = bodyOf(answer);
  const words = readErrorMessages(body, answer.status).join('; ');
  return {
    words,
    error: new TielineError('jira-rejected', `Jira refuses a search for issues: ${words}`, {
      details: { status: answer.status, url: answer.url, answer: body },
    }),
  };
}

async function searchByToken(
  http: Http,
  url: string,
  look: IssueLook & { reconcile: boolean },
  facts: SeenFacts,
): Promise<SeenIssues | Refusal> {
  const found: SeenIssue[] = [];
  let nextPageToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await ask(http, url, {
      jql: jqlOf(look),
      fields: wantedFields(look),
      expand: expansions.join(),
      maxResults: mostIds,
      ...(nextPageToken !== undefined && { nextPageToken }),
      ...(look.reconcile && { reconcileIssues: look.ids.map(Number) }),
    });
    if ('words' in answer) return answer;
    found.push(...answer.issues.map((issue) => seenIssue(issue, answer, facts)));
    // A token that comes with the last page leads nowhere.
    if (answer.isLast === true || !answer.nextPageToken) return { issues: found, unknownIds: [] };
    nextPageToken = answer.nextPageToken;
  }
  throw endless(url);
}

async function searchByOffset(
  http: Http,
  url: string,
  look: IssueLook,
  facts: SeenFacts,
): Promise<SeenIssues | Refusal> {
  const found: SeenIssue[] = [];
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await ask(http, url, {
      jql: jqlOf(look),
      fields: wantedFields(look),
      expand: expansions,
      startAt: found.length,
      maxResults: mostIds,
      // Else Jira refuses the query for one issue that is gone, instead of warning of it.
      validateQuery: false,
    });
    if ('words' in answer) return answer;
    found.push(...answer.issues.map((issue) => seenIssue(issue, answer, facts)));
    if (answer.issues.length > 0 && found.length < (answer.total ?? 0)) continue;
    return { issues: found, unknownIds: idsIn((answer.warningMessages ?? []).join(), look.ids) };
  }
  throw endless(url);
}

const endless = (url: string) =>
  new TielineError('answer-unexpected', `${url} does not end after ${mostPages} pages`);
