import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** A part of a list. */
export interface Page {
  number: number;
  offset: number;
  limit: number;
}

export interface Paged<T> {
  items: T[];
  /** Of all pages. */
  total: number;
}

/** GitHub's bounds: 30 a page unless asked otherwise, 100 at most, and a page that makes no sense is the first. */
const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
  per_page: z.coerce.number().int().min(1).catch(30),
});

/** The page that a request asks for: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function pageOf({ query }: FastifyRequest): Page {
  const { page, per_page: perPage } = pageQuery.parse(query);
  const limit = Math.min(perPage, 100);
  return { number: page, offset: (page - 1) * limit, limit };
}

/** A page of a list that is there whole. */
export const cut = <T>(all: T[], { offset, limit }: Page): Paged<T> => ({
  items: all.slice(offset, offset + limit),
  total: all.length,
});

/** Says in the Link header (RFC 8288) where the other pages are; `base` is the address that the caller knows us by. */
export function linkPages(
  request: FastifyRequest,
  reply: FastifyReply,
  { page, total, base }: { page: Page; total: number; base: string },
): void {
  const last = Math.max(1, Math.ceil(total / page.limit));
  const address = (number: number): string => {
    const url = new URL(request.url, base);
    url.searchParams.set('page', String(number));
    return url.href;
  };
  const { number } = page;
  const links = [
    ...(number > 1 ? [`<${address(number - 1)}>; rel="prev"`] : []),
    ...(number < last ? [`<${address(number + 1)}>; rel="next"`, `<${address(last)}>; rel="last"`] : []),
    ...(number > 1 ? [`<${address(1)}>; rel="first"`] : []),
  ];
  if (links.length > 0) reply.header('link', links.join(', '));
}
