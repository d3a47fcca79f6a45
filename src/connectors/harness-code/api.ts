import { z } from 'zod';
import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type { HarnessCodeSettings } from './settings.ts';

/** Harness Code's REST API, aimed and authorised, whatever the product around it. */
export interface HarnessApi {
  http: Http;
  /** The path of a repository's resource: `tail` begins with a slash or is empty. */
  repository(path: string, tail: string, query?: Record<string, Query>): string;
  space(path: string, tail: string, query?: Record<string, Query>): string;
  /** Where people see a repository's page. */
  page(path: string, tail: string): string;
}

type Query = string | number | boolean | string[] | undefined;

/** The most that one page holds; see "limit" in Harness Code's API description. */
export const pageSize = 100;

/** Opens the API of a connection. Harness: https://apidocs.harness.io, Code; Gitness: its own /swagger. */
export function openApi(connection: Connection<HarnessCodeSettings>): HarnessApi {
  const { baseUrl, product, token } = connection.settings;
  const http = connection.aim({
    baseUrl,
    auth:
      product === 'harness' ? { type: 'header', name: 'x-api-key', value: token } : { type: 'bearer', token },
  });
  const root = product === 'harness' ? '/code/api/v1' : '/api/v1';
  const address = (kind: 'repos' | 'spaces', path: string, tail: string, query: Record<string, Query>) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, ...routing(product, path) })) {
      for (const one of [value ?? []].flat()) parameters.append(name, String(one));
    }
    const search = parameters.size === 0 ? '' : `?${parameters}`;
    return `${root}/${kind}/${encodeURIComponent(path)}${tail}${search}`;
  };
  return {
    http,
    repository: (path, tail, query = {}) => address('repos', path, tail, query),
    space: (path, tail, query = {}) => address('spaces', path, tail, query),
    page: (path, tail) => `${baseUrl}${pagePath(product, path)}${tail}`,
  };
}

/** Harness sends a request to the cluster of its account by this parameter. */
const routing = (product: HarnessCodeSettings['product'], path: string): Record<string, Query> =>
  product === 'harness' ? { accountIdentifier: path.split('/')[0] } : {};

/** Harness shows a repository below its account, organization and project. */
function pagePath(product: HarnessCodeSettings['product'], path: string): string {
  const encoded = path.split('/').map(encodeURIComponent);
  if (product === 'gitness') return `/${encoded.join('/')}`;
  const [account = '', ...rest] = encoded;
  const repository = rest.pop() ?? '';
  const [organization, project] = rest;
  const parents = `${organization ? `/orgs/${organization}` : ''}${project ? `/projects/${project}` : ''}`;
  return `/ng/account/${account}/module/code${parents}/repos/${repository}`;
}

/** The answer's body by a schema. @throws answer-unexpected naming what is wrong with it */
export function read<T extends z.ZodType>(answer: HttpAnswer, schema: T): z.output<T> {
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'answer-unexpected',
    `${answer.url} answers in another form than Harness Code: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** Where a list goes on. */
export interface Paging {
  /** The number of the next page; undefined at the end. */
  next: number | undefined;
  total: number | undefined;
}

/** One page of a list. */
export interface Page<T> extends Paging {
  items: T[];
}

/** Reads a page of a list by its number, the first being 1. Its headers tell of the others. */
export async function readPage<T extends z.ZodType>(
  { http }: HarnessApi,
  url: string,
  item: T,
): Promise<Page<z.output<T>>> {
  const answer = await http.request({ method: 'GET', url });
  return { items: read(answer, z.array(item)), ...pagingOf(answer) };
}

/** Where a list goes on, by the headers of a page. */
export function pagingOf({ headers }: HttpAnswer): Paging {
  const numberOf = (header: string): number | undefined => {
    const value = Number(headers[header] ?? '');
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  };
  return { next: numberOf('x-next-page'), total: numberOf('x-total') };
}

/** Every item of a list, page after page. */
export async function* readAll<T extends z.ZodType>(
  api: HarnessApi,
  urlOf: (page: number) => string,
  item: T,
): AsyncIterable<z.output<T>> {
  let page: number | undefined = 1;
  while (page !== undefined) {
    const found: Page<z.output<T>> = await readPage(api, urlOf(page), item);
    yield* found.items;
    page = found.next;
  }
}
