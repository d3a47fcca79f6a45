import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';

/** What Jira gives at most on most pages; fewer where it has a mind to. */
const pageSize = 100;

/** Larger lists would be a fault of the paging, not of the list: at 100 a page these are 100,000 items. */
const mostPages = 1_000;

const pageFacts = z.object({ isLast: z.boolean().optional(), total: z.number().optional() });

/**
 * A whole list, paged through by `startAt`, the items being under `name` of each page. It ends by the word of `isLast`
 * or `total`, else with the first page that is empty.
 * @throws answer-unexpected for a page without such a list, and as a request does
 */
export async function readPages<T>(http: Http, path: string, name: string, item: z.ZodType<T>): Promise<T[]> {
  const shape = z.object({ [name]: z.array(item) });
  const found: T[] = [];
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await http.request({
      method: 'GET',
      url: `${path}${path.includes('?') ? '&' : '?'}startAt=${found.length}&maxResults=${pageSize}`,
    });
    const body = answer.json();
    const items = parseAnswer(answer.url, shape, body)[name] ?? [];
    found.push(...items);
    const { isLast, total } = pageFacts.safeParse(body).data ?? {};
    const isEnd = isLast ?? (total === undefined ? items.length < pageSize : found.length >= total);
    if (items.length === 0 || isEnd) return found;
  }
  throw new TielineError('answer-unexpected', `${path} does not end after ${mostPages} pages`);
}

/** An answer of this shape. @throws answer-unexpected that names the address and the first thing that is not so */
export function parseAnswer<T>(url: string, shape: z.ZodType<T>, body: unknown): T {
  const { data, error } = shape.safeParse(body);
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  const where = issue === undefined ? '' : `: ${issue.path.join('.')} ${issue.message}`;
  throw new TielineError(
    'answer-unexpected',
    `${url.replace(/\?.*/, '')} answers with another shape than Jira's${where}`,
  );
}

/** One answer of this shape. @throws answer-unexpected, and as a request does */
export async function readAnswer<T>(http: Http, url: string, shape: z.ZodType<T>): Promise<T> {
  const answer = await http.request({ method: 'GET', url });
  return parseAnswer(answer.url, shape, answer.json());
}
