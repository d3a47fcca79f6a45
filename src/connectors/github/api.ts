import { z } from 'zod';
import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../kit/http.ts';
import { findReset, refusalError } from './refusals.ts';
import { endpointsOf, type GitHubSettings } from './settings.ts';

/** The most that one page holds. */
export const pageSize = 100;

/** Live events need requests of the same limit: a walk through the past leaves them this part of it. */
const reservedPart = 0.1;

/** GitHub's interfaces, aimed and authorised. */
export interface GitHubApi {
  /** As http's, with GitHub's rate limits and refusals told for what they are. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** The data of a GraphQL query. @throws answer-unexpected, rate-limited, remote-forbidden, status-unexpected */
  query<T extends z.ZodType>(
    text: string,
    variables: Record<string, unknown>,
    schema: T,
  ): Promise<z.output<T>>;
  /** @throws rate-limited when the walks of this API would take what live events need */
  assertSpare(): void;
  now(): Date;
}

/** Opens the API of a connection. @see https://docs.github.com/en/rest */
export function openApi(connection: Connection<GitHubSettings>): GitHubApi {
  const { baseUrl, token } = connection.settings;
  const { rest, graphql } = endpointsOf(baseUrl);
  const http = connection.aim({ baseUrl: rest, auth: { type: 'bearer', token } });
  const now = () => connection.now();
  let last: Record<string, string> = {};

  const request = async (wanted: HttpRequest): Promise<HttpAnswer> => {
    const answer = await http.request({
      ...wanted,
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        ...wanted.headers,
      },
      accept: [...(wanted.accept ?? []), 403, 429],
    });
    last = answer.headers;
    if (answer.status !== 403 && answer.status !== 429) return answer;
    const error = refusalError(answer, now());
    if (error.code === 'remote-forbidden' && wanted.accept?.includes(403)) return answer;
    throw error;
  };

  return {
    request,
    async query(query, variables, schema) {
      const answer = await request({ method: 'POST', url: graphql, json: { query, variables } });
      const { data, errors } = read(answer, z.object({ data: z.unknown(), errors: graphErrors.nullish() }));
      const [error] = errors ?? [];
      if (error !== undefined) throw graphError(answer, error, now());
      return check(answer.url, data, schema);
    },
    assertSpare() {
      const limit = Number(last['x-ratelimit-limit'] ?? '');
      const remaining = Number(last['x-ratelimit-remaining'] ?? 'NaN');
      const reset = findReset(last, now());
      if (!(limit > 0) || !(remaining < limit * reservedPart) || reset === undefined) return;
      throw new TielineError('rate-limited', `GitHub has ${remaining} of ${limit} requests left`, {
        hint: 'They are kept for live events. It goes on when the limit begins anew.',
        retry: { after: reset },
        details: { reason: 'kept-for-live-events' },
      });
    },
    now,
  };
}

const graphErrors = z.array(z.object({ type: z.string().optional(), message: z.string().default('') }));

function graphError(
  answer: HttpAnswer,
  { type, message }: { type?: string; message: string },
  now: Date,
): TielineError {
  const says = `${answer.url} answered: ${message}`;
  if (type === 'RATE_LIMITED') {
    const reset = findReset(answer.headers, now);
    return new TielineError('rate-limited', says, { retry: reset && { after: reset } });
  }
  const forbidden = type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES';
  return new TielineError(forbidden ? 'remote-forbidden' : 'status-unexpected', says);
}

/** The path of a repository's resource: `tail` begins with a slash or is empty. */
export function repositoryPath(
  name: string,
  tail: string,
  query: Record<string, string | number | undefined> = {},
) {
  return withQuery(`/repos/${name.split('/').map(encodeURIComponent).join('/')}${tail}`, query);
}

export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

/** The answer's body by a schema. @throws answer-unexpected naming what is wrong with it */
export function read<T extends z.ZodType>(answer: HttpAnswer, schema: T): z.output<T> {
  return check(answer.url, answer.json(), schema);
}

function check<T extends z.ZodType>(url: string, value: unknown, schema: T): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'answer-unexpected',
    `${url} answers in another form than GitHub: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** The number of a page that the header Link names. @see https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function pageIn(
  { headers }: Pick<HttpAnswer, 'headers'>,
  relation: 'next' | 'last',
): number | undefined {
  const link = (headers.link ?? '').split(',').find((one) => one.includes(`rel="${relation}"`));
  const page = Number(link?.match(/[?&]page=(\d+)/)?.[1] ?? '');
  return Number.isSafeInteger(page) && page > 0 ? page : undefined;
}

/** Every item of a list, page after page; nothing where the list is not there. */
export async function* readAll<T extends z.ZodType>(
  api: GitHubApi,
  urlOf: (page: number) => string,
  item: T,
): AsyncIterable<z.output<T>> {
  let page: number | undefined = 1;
  while (page !== undefined) {
    const answer: HttpAnswer = await api.request({ method: 'GET', url: urlOf(page), accept: [404] });
    if (answer.status === 404) return;
    yield* read(answer, z.array(item));
    page = pageIn(answer, 'next');
  }
}

/** A whole list, of which there are not many pages. */
export async function listAll<T extends z.ZodType>(
  api: GitHubApi,
  urlOf: (page: number) => string,
  item: T,
): Promise<z.output<T>[]> {
  const found: z.output<T>[] = [];
  for await (const one of readAll(api, urlOf, item)) found.push(one);
  return found;
}
