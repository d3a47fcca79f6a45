import { refuse } from '../answer.ts';
import type { RouteRequest } from '../route.ts';

/** A page as it is asked for. */
export interface Page {
  startAt: number;
  maxResults: number;
}

function numberIn(request: RouteRequest, name: string, otherwise: number): number {
  const text = request.query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw refuse(400, `'${name}' must be a number, not '${text}'.`);
  return Number(text);
}

/** `startAt` and `maxResults` of a query. Jira gives `most` at most, whatever is asked. @throws 400 for no number */
export function readPage(request: RouteRequest, most: number, otherwise = 50): Page {
  return {
    startAt: numberIn(request, 'startAt', 0),
    maxResults: Math.min(numberIn(request, 'maxResults', otherwise), most),
  };
}

/** One page of a list in the shape of Cloud's newer addresses; `self` is the list's own address. */
export function pageOfValues<T>(self: string, all: T[], { startAt, maxResults }: Page) {
  const isLast = startAt + maxResults >= all.length;
  const at = (start: number) => `${self}?startAt=${start}&maxResults=${maxResults}`;
  return {
    self: at(startAt),
    ...(isLast ? {} : { nextPage: at(startAt + maxResults) }),
    maxResults,
    startAt,
    total: all.length,
    isLast,
    values: all.slice(startAt, startAt + maxResults),
  };
}
