import type { FastifyReply, FastifyRequest } from 'fastify';

const usual = 30;
const most = 100;

/** A page as it was asked for; what makes no sense is taken as the first page of the usual length. */
export interface Page {
  page: number;
  limit: number;
  skip: number;
}

const whole = (text: unknown) => {
  const number = Math.trunc(Number(text));
  return Number.isFinite(number) && number > 0 ? number : undefined;
};

/** Reads `page` and `limit`; a limit over 100 is 100. */
export function pageOf(request: FastifyRequest): Page {
  const query = request.query as { page?: string; limit?: string };
  const page = whole(query.page) ?? 1;
  const limit = Math.min(whole(query.limit) ?? usual, most);
  return { page, limit, skip: (page - 1) * limit };
}

function linkTo(request: FastifyRequest, page: number, limit: number): string {
  const url = new URL(request.originalUrl, 'http://host');
  url.searchParams.delete('access_token');
  url.searchParams.set('page', String(page));
  url.searchParams.set('limit', String(limit));
  return url.pathname + url.search;
}

/** The headers of a page whose end is known by `isLast` alone. */
export function sayPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { page, limit }: Page,
  isLast: boolean,
) {
  const links: string[] = [];
  reply.header('x-page', page).header('x-per-page', limit);
  if (!isLast) {
    reply.header('x-next-page', page + 1);
    links.push(`<${linkTo(request, page + 1, limit)}>; rel="next"`);
  }
  if (page > 1) {
    reply.header('x-prev-page', page - 1);
    links.push(`<${linkTo(request, page - 1, limit)}>; rel="prev"`);
  }
  if (links.length > 0) reply.header('link', links);
  return links;
}

/** The headers of a page out of so many entries in all. */
function sayTotal(request: FastifyRequest, reply: FastifyReply, asked: Page, total: number) {
  const last = Math.ceil(total / asked.limit);
  const links = sayPage(request, reply, asked, asked.page >= last);
  reply.header('x-total', total).header('x-total-pages', last);
  reply.header('link', [...links, `<${linkTo(request, last, asked.limit)}>; rel="last"`]);
}

/** The page out of all entries, with its headers. */
export function pageFrom<T>(request: FastifyRequest, reply: FastifyReply, all: T[]): T[] {
  const asked = pageOf(request);
  sayTotal(request, reply, asked, all.length);
  return all.slice(asked.skip, asked.skip + asked.limit);
}

/** The page out of all entries, of a list that does not count them: a full page may be the last one. */
export function pageUncounted<T>(request: FastifyRequest, reply: FastifyReply, all: T[]): T[] {
  const asked = pageOf(request);
  const shown = all.slice(asked.skip, asked.skip + asked.limit);
  sayPage(request, reply, asked, shown.length < asked.limit);
  return shown;
}
