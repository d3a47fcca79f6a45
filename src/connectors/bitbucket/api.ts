import { z } from 'zod';
import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import { readRateLimit } from '../../kit/rate-limit.ts';
import type { BitbucketSettings } from './settings.ts';

/** Bitbucket Cloud's REST API, aimed and authorised. See https://developer.atlassian.com/cloud/bitbucket/rest/ */
export interface BitbucketApi {
  http: Http;
  /** @throws rate-limited when the walks of this API would take what live events need */
  assertSpare(): void;
}

/** Of the hour that Bitbucket counts over, a sixth: so much of the limit is free again by then. */
const spareWaitMs = 10 * 60_000;

type Query = Record<string, string | number | string[] | undefined>;

/** The most that a page holds; of pull requests it is half. */
export const pageSize = 100;
export const pullRequestPageSize = 50;

/** Opens the API of a connection: API tokens by Basic with the e-mail address, access tokens as Bearer. */
export function openApi(connection: Connection<BitbucketSettings>): BitbucketApi {
  const { baseUrl, email, token } = connection.settings;
  const auth =
    email === undefined
      ? ({ type: 'bearer', token } as const)
      : ({ type: 'basic', username: email, password: token } as const);
  const http = connection.aim({ baseUrl, auth });
  let isNear = false;
  return {
    http: {
      ...http,
      async request(request) {
        const answer = await http.request(request);
        isNear = readRateLimit(answer.headers)?.near === true;
        return answer;
      },
    },
    assertSpare() {
      if (!isNear) return;
      throw new TielineError(
        'rate-limited',
        'Bitbucket has less than a fifth of its requests of an hour left',
        {
          hint: 'They are kept for live events. It goes on as the hour passes.',
          retry: { after: new Date(connection.now().getTime() + spareWaitMs) },
          details: { reason: 'kept-for-live-events' },
        },
      );
    },
  };
}

/** A path of the API; `tail` begins with a slash. */
export function apiPath(tail: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) search.append(name, String(one));
  }
  return `/2.0${tail}${search.size === 0 ? '' : `?${search}`}`;
}

/** Each part encoded by itself: the slashes of full names and branches stay. */
export const encodePath = (path: string): string => path.split('/').map(encodeSegment).join('/');

/** A part of a path. Dots alone would lead elsewhere, even percent-encoded: encoded twice they are a name that nobody has. */
const encodeSegment = (segment: string): string =>
  /^\.{1,2}$/.test(segment) ? segment.replaceAll('.', '%252E') : encodeURIComponent(segment);

/** A path of a repository by its full name; `tail` begins with a slash or is empty. */
export const repositoryPath = (name: string, tail: string, query?: Query): string =>
  apiPath(`/repositories/${encodePath(name)}${tail}`, query);

/** The answer's body by a schema. @throws answer-unexpected naming what is wrong with it */
export function read<T extends z.ZodType>(answer: HttpAnswer, schema: T): z.output<T> {
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'answer-unexpected',
    `${answer.url} answers in another form than Bitbucket: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** The query of the next page, from its question mark on; undefined at the end. */
  next: string | undefined;
  total: number | undefined;
}

/** Reads a page of a list. With `orEmpty` what is not there is an empty list. */
export async function readPage<T extends z.ZodType>(
  { http }: BitbucketApi,
  url: string,
  item: T,
  how: { orEmpty: boolean } = { orEmpty: false },
): Promise<Page<z.output<T>>> {
  const answer = await http.request({ method: 'GET', url, accept: how.orEmpty ? [404] : [] });
  if (answer.status === 404) return { items: [], next: undefined, total: 0 };
  const { values, next, size } = read(
    answer,
    z.object({ values: z.array(item), next: z.url().nullish(), size: z.number().nullish() }),
  );
  // Only the query is taken over: no answer sends the credentials elsewhere.
  return { items: values, next: next ? new URL(next).search : undefined, total: size ?? undefined };
}

/** A list's address with the query that a page named as the next one's. */
export const turnPage = (url: string, next: string): string => `${url.split('?')[0]}${next}`;

/** Every item of a list, page after page. */
export async function* readAll<T extends z.ZodType>(
  api: BitbucketApi,
  first: string,
  item: T,
  how?: { orEmpty: boolean },
): AsyncIterable<z.output<T>> {
  let url: string | undefined = first;
  while (url !== undefined) {
    const found: Page<z.output<T>> = await readPage(api, url, item, how);
    yield* found.items;
    url = found.next === undefined ? undefined : turnPage(first, found.next);
  }
}
