import { z } from 'zod';
import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type { GitLabSettings } from './settings.ts';

/** The most that one page holds. */
export const pageSize = 100;

type Query = Record<string, string | number | boolean | undefined>;

/** Opens GitLab's REST API. A group's or a project's token goes in the same header. @see https://docs.gitlab.com/api/rest/ */
export function openApi(connection: Connection<GitLabSettings>): Http {
  const { baseUrl, token } = connection.settings;
  return connection.aim({
    baseUrl: `${baseUrl}/api/v4`,
    auth: { type: 'header', name: 'private-token', value: token },
  });
}

/** The path of a project's resource, by its id or full path; `tail` begins with a slash or is empty. */
export const projectPath = (project: string, tail: string, query: Query = {}): string =>
  withQuery(`/projects/${encodeURIComponent(project)}${tail}`, query);

export const groupPath = (group: string, tail: string, query: Query = {}): string =>
  withQuery(`/groups/${encodeURIComponent(group)}${tail}`, query);

export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

/** The answer's body by a schema. @throws answer-unexpected naming what is wrong with it */
export function read<T extends z.ZodType>(answer: HttpAnswer, schema: T): z.output<T> {
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'answer-unexpected',
    `${answer.url} answers in another form than GitLab: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** A number of a page's headers; undefined where GitLab leaves it out, as it does for long lists. */
export function numberIn({ headers }: Pick<HttpAnswer, 'headers'>, header: string): number | undefined {
  const text = headers[header] ?? '';
  const value = Number(text);
  return text !== '' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The number of the next page; undefined at the end. */
export const nextPage = (answer: Pick<HttpAnswer, 'headers'>): number | undefined =>
  numberIn(answer, 'x-next-page') || undefined;

/** What the API answers to a GET; undefined for what is not there, or what the tier or version does not have. */
export async function find<T extends z.ZodType>(
  http: Http,
  url: string,
  schema: T,
  absent: number[] = [404],
): Promise<z.output<T> | undefined> {
  const answer = await http.request({ method: 'GET', url, accept: absent });
  return answer.status >= 400 ? undefined : read(answer, schema);
}

/** Every item of a list, page after page; nothing where the list is not there, by one of the statuses. */
export async function* readAll<T extends z.ZodType>(
  http: Http,
  urlOf: (page: number) => string,
  item: T,
  absent: number[] = [404],
): AsyncIterable<z.output<T>> {
  let page: number | undefined = 1;
  while (page !== undefined) {
    const answer: HttpAnswer = await http.request({ method: 'GET', url: urlOf(page), accept: absent });
    if (answer.status >= 400) return;
    yield* read(answer, z.array(item));
    page = nextPage(answer);
  }
}
