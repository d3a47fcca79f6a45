import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { IssueRequests } from '../issue-requests.ts';

/** The entity property that tells which step created an issue. */
export const stepProperty = 'tieline-step';

/** An issue that was created. */
export interface CreatedIssue {
  id: string;
  key: string;
}

/** What is looked for. */
export interface Sought {
  project: string;
  /** The value of {@link stepProperty}. */
  stepKey: string;
  /** How long ago the step began, in milliseconds. */
  sinceMs: number;
}

/** The clocks of Jira and of this machine may differ by so much. */
const clockSkewMs = 5 * 60_000;

/** Own issues that are looked through, and a project's newest. */
const mostOwn = 1_000;
const pageSize = 100;
const mostNewest = 20;

/** Keys before and after the newest that search knows: three in a row that nothing has are the end of them. */
const mostBetween = 30;
const mostBeyond = 30;
const missesInRow = 3;

const id = z.union([z.string(), z.number()]).transform(String);
const issue = z.object({
  id,
  key: z.string(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
type Issue = z.output<typeof issue>;
const page = z.object({
  issues: z.array(issue),
  nextPageToken: z.string().nullish(),
  total: z.number().optional(),
});

/**
 * Looks for the issue that a step created: among the account's own of the time and, since search lags behind what was
 * created, by the keys between and after the newest that it knows. What a look has seen no later one reads again.
 * Jira Cloud "Search for issues using JQL enhanced search", Data Center "Search using search request", "Get issue".
 * @throws remote-failed when search lags too far behind to tell, or finds too much, and as a request does
 */
export function createFinder(
  requests: IssueRequests,
  sought: Sought,
): () => Promise<CreatedIssue | undefined> {
  const others = new Set<string>();
  const minutes = Math.ceil((sought.sinceMs + clockSkewMs) / 60_000);
  const project = `project = "${sought.project}"`;
  return async () => {
    // In this order: what the first search knows, the second knows as well.
    const byKey = `${project} ORDER BY key DESC`;
    const { issues: newest } = await searchPage(requests, byKey, { startAt: 0 }, mostNewest);
    const recent = `${project} AND creator = currentUser() AND created >= -${minutes}m ORDER BY created DESC`;
    for (const one of await searchAll(requests, recent)) {
      if (others.has(one.key)) continue;
      if (await isSought(requests, one, sought)) return { id: one.id, key: one.key };
      others.add(one.key);
    }
    for (const { key } of newest) others.add(key);
    return findBeyond(requests, newest.map(numberOf), others, sought);
  };
}

/** By keys that search does not know: those between the newest, and those after them. */
async function findBeyond(
  requests: IssueRequests,
  newest: number[],
  others: Set<string>,
  sought: Sought,
): Promise<CreatedIssue | undefined> {
  const last = Math.max(0, ...newest);
  let misses = 0;
  const first = Math.max(Math.min(last, ...newest), last - mostBetween) + 1;
  for (let number = first; number <= last + mostBeyond; number += 1) {
    const key = `${sought.project}-${number}`;
    if (others.has(key)) continue;
    const seen = await findByKey(requests, key);
    if (seen?.properties?.[stepProperty] === sought.stepKey) return { id: seen.id, key: seen.key };
    if (seen !== undefined) others.add(key);
    if (number > last) misses = seen === undefined ? misses + 1 : 0;
    if (misses === missesInRow) return undefined;
  }
  throw new TielineError(
    'remote-failed',
    `Jira’s search lags behind by more than ${mostBeyond} issues of ${sought.project}`,
  );
}

const numberOf = ({ key }: Issue) => Number(key.slice(key.lastIndexOf('-') + 1));

async function isSought(requests: IssueRequests, one: Issue, { stepKey }: Sought): Promise<boolean> {
  // Data Center's search tells no properties.
  const properties = one.properties ?? (await findByKey(requests, one.id))?.properties;
  return properties?.[stepProperty] === stepKey;
}

async function findByKey({ http, pathOf }: IssueRequests, idOrKey: string): Promise<Issue | undefined> {
  const url = `${pathOf(idOrKey)}?fields=created&properties=${stepProperty}`;
  const answer = await http.request({ method: 'GET', url, accept: [404] });
  return answer.status === 404 ? undefined : issue.parse(answer.json());
}

/** A page of a search; without issues where Jira refuses it: the account sees no such project. */
async function searchPage(
  { http, rest, capabilities }: IssueRequests,
  jql: string,
  from: { startAt: number; nextPageToken?: string },
  most: number,
): Promise<z.output<typeof page>> {
  const byToken = capabilities.search === 'token';
  const { startAt, nextPageToken } = from;
  const place = byToken ? { nextPageToken, properties: [stepProperty] } : { startAt };
  const answer = await http.request({
    method: 'POST',
    url: byToken ? `${rest}/search/jql` : `${rest}/search`,
    json: { jql, fields: ['created'], maxResults: most, ...place },
    accept: [400],
  });
  return answer.status === 400 ? { issues: [] } : page.parse(answer.json());
}

/** Everything that a search finds. @throws remote-failed when that is too much to be looked through */
async function searchAll(requests: IssueRequests, jql: string): Promise<Issue[]> {
  const found: Issue[] = [];
  let nextPageToken: string | undefined;
  while (found.length < mostOwn) {
    const { issues, total, ...next } = await searchPage(
      requests,
      jql,
      { startAt: found.length, nextPageToken },
      pageSize,
    );
    found.push(...issues);
    nextPageToken = next.nextPageToken ?? undefined;
    const isMore = total === undefined ? nextPageToken !== undefined : found.length < total;
    if (issues.length === 0 || !isMore) return found;
  }
  throw new TielineError('remote-failed', `The account has created more than ${mostOwn} issues of late`);
}
