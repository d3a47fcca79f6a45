import { refuse } from '../answer.ts';
import type { RouteRequest } from '../route.ts';

export interface Paging {
  startAt: number;
  maxResults: number;
}

/** `startAt` and `maxResults` of a query: 0 and 50 when absent. */
export function readPaging(request: RouteRequest): Paging {
  const read = (name: string, otherwise: number) => {
    const text = request.query.get(name);
    if (text === null) return otherwise;
    // Java's int; a word in its place is an address that Jira does not have.
    if (!/^-?\d{1,9}$/.test(text)) throw refuse(404, 'null for uri');
    return Number(text);
  };
  return { startAt: read('startAt', 0), maxResults: read('maxResults', 50) };
}

/** One page of a list, in Jira's oldest shape. */
export function pageOf<T>(all: T[], { startAt, maxResults }: Paging, name: string) {
  const from = Math.max(0, startAt);
  return {
    maxResults,
    startAt: from,
    total: all.length,
    isLast: from + maxResults >= all.length,
    [name]: all.slice(from, from + maxResults),
  };
}
