import { z } from 'zod';
import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type { GiteaSettings } from './settings.ts';

/** Gitea's REST API, aimed and authorised. See `/api/swagger` of any installation. */
export interface GiteaApi {
  http: Http;
  /** A path below `/api/v1`; `tail` begins with a slash. */
  path(tail: string, query?: Query): string;
  /** A path of a repository by its full name; `tail` begins with a slash or is empty. */
  repository(name: string, tail: string, query?: Query): string;
}

type Query = Record<string, string | number | boolean | undefined>;

/** The most that one page holds by default; an installation may allow less (`MAX_RESPONSE_ITEMS`). */
export const pageSize = 50;

/** Opens the API of a connection. */
export function openApi(connection: Connection<GiteaSettings>): GiteaApi {
  const { baseUrl, token } = connection.settings;
  const path = (tail: string, query: Query = {}) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.append(name, String(value));
    }
    return `/api/v1${tail}${search.size === 0 ? '' : `?${search}`}`;
  };
  return {
    http: connection.aim({ baseUrl, auth: { type: 'bearer', token } }),
    path,
    repository: (name, tail, query) => path(`/repos/${encodePath(name)}${tail}`, query),
  };
}

/** Each part encoded by itself: the slashes of branch names and paths stay. */
export const encodePath = (path: string): string => path.split('/').map(encodeSegment).join('/');

/** A part of a path. Dots alone would lead elsewhere, even percent-encoded: encoded twice they are a name that nobody has. */
const encodeSegment = (segment: string): string =>
  /^\.{1,2}$/.test(segment) ? segment.replaceAll('.', '%252E') : encodeURIComponent(segment);

/** The answer's body by a schema. @throws answer-unexpected naming what is wrong with it */
export function read<T extends z.ZodType>(answer: HttpAnswer, schema: T): z.output<T> {
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'answer-unexpected',
    `${answer.url} answers in another form than Gitea: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** The number of the next page; undefined at the end. */
  next: number | undefined;
  total: number | undefined;
}

/** What stands for an empty list: nothing there, and for commits a repository without any. */
const empty = [404, 409];

/**
 * Reads a page of a list by its number, the first being 1. With `orEmpty` what is not there is an empty list.
 */
export async function readPage<T extends z.ZodType>(
  { http }: GiteaApi,
  url: string,
  item: T,
  page: number,
  how: { orEmpty: boolean } = { orEmpty: false },
): Promise<Page<z.output<T>>> {
  const answer = await http.request({ method: 'GET', url, accept: how.orEmpty ? empty : [] });
  if (answer.status >= 400) return { items: [], next: undefined, total: 0 };
  const items = read(answer, z.array(item));
  const total = totalOf(answer);
  return { items, total, next: goesOn(answer, { page, count: items.length, total }) ? page + 1 : undefined };
}

function totalOf({ headers }: HttpAnswer): number | undefined {
  const value = Number(headers['x-total-count'] ?? headers['x-total'] ?? '');
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** Some lists tell by a Link header that they go on, others by their total alone. */
function goesOn(
  { headers }: HttpAnswer,
  { page, count, total }: { page: number; count: number; total: number | undefined },
): boolean {
  if (headers.link !== undefined) return /\brel="?next"?/.test(headers.link);
  if (headers['x-hasmore'] !== undefined) return headers['x-hasmore'] === 'true';
  return count > 0 && total !== undefined && page * count < total;
}

/** Every item of a list, page after page. */
export async function* readAll<T extends z.ZodType>(
  api: GiteaApi,
  urlOf: (page: number) => string,
  item: T,
  how?: { orEmpty: boolean },
): AsyncIterable<z.output<T>> {
  let page: number | undefined = 1;
  while (page !== undefined) {
    const found: Page<z.output<T>> = await readPage(api, urlOf(page), item, page, how);
    yield* found.items;
    page = found.next;
  }
}
