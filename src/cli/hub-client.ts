import { type ErrorCode, errorCatalogue } from '../kit/error-catalogue.ts';
import { type RetryVerdict, TielineError } from '../kit/errors.ts';
import type { AuthScheme, HttpAnswer, HttpRequest } from '../kit/http.ts';
import { Secret } from '../kit/secret.ts';
import type { Cli } from './cli.ts';

/** The API of a hub, as a command calls it. Answers are JSON; a problem of the hub is thrown under its own code. */
export interface HubClient {
  call<T>(
    method: HttpRequest['method'],
    path: string,
    body?: unknown,
    limits?: HttpRequest['limits'],
    headers?: HttpRequest['headers'],
  ): Promise<T>;
  /** Hands over the text of an answer as it comes, until it ends. */
  follow(
    path: string,
    request: Required<Pick<HttpRequest, 'headers' | 'limits' | 'onText' | 'signal'>>,
  ): Promise<void>;
}

/** Every status that the hub answers with is for us to read. */
const readable = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 502, 503, 504];

/**
 * Calls `work` with a client of the hub and closes it afterwards.
 * @throws credentials-invalid when no token is given, and whatever `work` throws
 */
export async function withHub<T>(
  cli: Pick<Cli, 'config' | 'http'> & Partial<Pick<Cli, 'env'>>,
  work: (hub: HubClient) => Promise<T>,
  options: { url?: string; auth?: AuthScheme } = {},
): Promise<T> {
  // The configuration is read only for what is not given: it takes its time to load.
  const { TIELINE_TOKEN: token = '', TIELINE_URL: url = '' } = cli.env ?? {};
  const auth = options.auth ?? tokenOf(token === '' ? (await cli.config()).token : new Secret(token));
  const baseUrl = options.url ?? (url === '' ? (await cli.config()).hubUrl : url);
  const { http, close } = await cli.http({ name: 'hub', baseUrl, auth });
  try {
    return await work({
      async call<T>(
        method: HttpRequest['method'],
        path: string,
        body?: unknown,
        limits?: HttpRequest['limits'],
        headers?: HttpRequest['headers'],
      ) {
        const answer = await http.request({
          method,
          url: path,
          json: body,
          accept: readable,
          limits,
          headers,
        });
        if (answer.status >= 400) throw problemOf(answer, baseUrl);
        return (answer.status === 204 ? undefined : answer.json()) as T;
      },
      async follow(path, request) {
        const answer = await http.request({ method: 'GET', url: path, accept: readable, ...request });
        if (answer.status >= 400) throw problemOf(answer, baseUrl);
      },
    });
  } finally {
    await close();
  }
}

/** Every item of a list, page after page. */
export async function listAll<T>(hub: HubClient, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '200', ...(cursor === null ? {} : { cursor }) });
    const page: { items: T[]; next: string | null } = await hub.call('GET', `${path}?${query}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

function tokenOf(token: Secret | undefined): AuthScheme {
  if (token !== undefined) return { type: 'bearer', token };
  throw new TielineError('credentials-invalid', 'No API token is given', {
    hint: 'Set TIELINE_TOKEN to an API token; the hub prints the first one at its first start.',
  });
}

function problemOf(answer: HttpAnswer, baseUrl: string): TielineError {
  const problem = answer.headers['content-type']?.startsWith('application/problem+json')
    ? answer.json()
    : undefined;
  if (typeof problem !== 'object' || problem === null || !('code' in problem) || !isCode(problem.code)) {
    return new TielineError(
      'answer-unexpected',
      `${baseUrl} answered ${answer.status}, and not as a Tieline hub does`,
      {
        hint: 'Check TIELINE_URL: it must be the address of the hub.',
      },
    );
  }
  const { code, detail, hint, retry, errors, report } = problem as {
    code: ErrorCode;
    detail?: string;
    hint?: string;
    retry?: string;
    errors?: { path: string; message: string }[];
    report?: unknown;
  };
  return new TielineError(code, detail ?? errorCatalogue[code].title, {
    hint,
    retry: verdictOf(retry),
    fields: errors,
    details: report === undefined ? undefined : { report },
  });
}

/** The hub's own verdict; undefined, for the code's usual one, when it says nothing that is known. */
function verdictOf(retry: string | undefined): RetryVerdict | undefined {
  if (retry === undefined || retry === 'never' || retry === 'soon' || retry === 'once-repaired') return retry;
  const after = new Date(retry);
  return Number.isNaN(after.getTime()) ? undefined : { after };
}

const isCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
