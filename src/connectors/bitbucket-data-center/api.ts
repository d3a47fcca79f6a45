import { z } from 'zod';
import type { Connection } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../kit/http.ts';
import type { BitbucketDataCenterSettings } from './settings.ts';

/** The REST API of Bitbucket Data Center, aimed and authorised. See https://developer.atlassian.com/server/bitbucket/rest/ */
export interface BitbucketApi {
  http: Http;
  /** A path below `/rest/api/1.0`; `tail` begins with a slash. */
  path(tail: string, query?: Query): string;
  /** A path of a repository by its full name `PROJECT/slug`; `tail` begins with a slash or is empty. */
  repository(name: string, tail: string, query?: Query): string;
  /** Where people see a repository's page; `tail` begins with a slash or is empty. */
  page(name: string, tail: string): string;
}

type Query = Record<string, string | number | boolean | undefined>;

/** Installations cut longer pages; 1,000 is what most endpoints allow, and more than is read at once. */
export const pageSize = 100;

/** Opens the API of a connection. */
export function openApi(connection: Connection<BitbucketDataCenterSettings>): BitbucketApi {
  const { baseUrl, token } = connection.settings;
  const path = (tail: string, query: Query = {}) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.append(name, String(value));
    }
    return `/rest/api/1.0${tail}${search.size === 0 ? '' : `?${search}`}`;
  };
  return {
    http: toldApart(connection.aim({ baseUrl, auth: { type: 'bearer', token } })),
    path,
    repository: (name, tail, query) => path(`${pathOf(name)}${tail}`, query),
    page: (name, tail) => `${baseUrl}${pageOf(name)}${tail}`,
  };
}

/** Below the API's root: of a project by its key, of a repository by `PROJECT/slug`. */
export function pathOf(scope: string): string {
  const [project = '', slug] = scope.split('/').map(encodeSegment);
  return `/projects/${project}${slug === undefined ? '' : `/repos/${slug}`}`;
}

/** A part of a path. Dots alone would lead elsewhere, even percent-encoded: encoded twice they are a name that nobody has. */
const encodeSegment = (segment: string): string =>
  /^\.{1,2}$/.test(segment) ? segment.replaceAll('.', '%252E') : encodeURIComponent(segment);

/** Each part encoded by itself: slashes stay. */
export const encodePath = (path: string): string => path.split('/').map(encodeSegment).join('/');

/** The key of a personal project is the user's slug behind a tilde; its pages are below the user. */
export function pageOf(name: string): string {
  const [project = '', slug = ''] = name.split('/').map(encodeSegment);
  const parent = project.startsWith('~') ? `/users/${project.slice(1)}` : `/projects/${project}`;
  return `${parent}/repos/${slug}`;
}

/** Bitbucket answers 401 where a good token lacks a permission: that is no reason to give another one. */
function toldApart(http: Http): Http {
  return {
    ...http,
    async request(request: HttpRequest) {
      try {
        return await http.request(request);
      } catch (thrown) {
        const error = asTielineError(thrown);
        const said = String(error.details.answer ?? '');
        if (error.code !== 'remote-unauthorized' || !said.includes('AuthorisationException')) throw error;
        const why = findMessage(said) ?? 'the permission was refused';
        throw new TielineError('remote-forbidden', `${request.method} ${error.details.url}: ${why}`, {
          details: error.details,
          cause: error,
        });
      }
    },
  };
}

const refusal = z.object({ errors: z.array(z.object({ message: z.string().max(500) })).min(1) });

function findMessage(answer: string): string | undefined {
  try {
    return refusal.safeParse(JSON.parse(answer)).data?.errors[0]?.message;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

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
  /** Where the next page starts; undefined at the end. */
  next: number | undefined;
}

/** Reads a page of a list. With `orEmpty` what is not there is an empty list. */
export async function readPage<T extends z.ZodType>(
  { http }: BitbucketApi,
  url: string,
  item: T,
  how: { orEmpty: boolean } = { orEmpty: false },
): Promise<Page<z.output<T>>> {
  const answer = await http.request({ method: 'GET', url, accept: how.orEmpty ? [404] : [] });
  if (answer.status === 404) return { items: [], next: undefined };
  const { values, nextPageStart } = read(
    answer,
    z.object({ values: z.array(item), nextPageStart: z.number().nullish() }),
  );
  return { items: values, next: nextPageStart ?? undefined };
}

/** Every item of a list, page after page. */
export async function* readAll<T extends z.ZodType>(
  api: BitbucketApi,
  urlOf: (start: number) => string,
  item: T,
  how?: { orEmpty: boolean },
): AsyncIterable<z.output<T>> {
  let start: number | undefined = 0;
  while (start !== undefined) {
    const found: Page<z.output<T>> = await readPage(api, urlOf(start), item, how);
    yield* found.items;
    start = found.next;
  }
}
