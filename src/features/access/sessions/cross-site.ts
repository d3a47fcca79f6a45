import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { TielineError } from '../../../kit/errors.ts';

/**
 * Asserts that a page of another origin did not make the browser send this request: by Sec-Fetch-Site, or by Origin
 * in browsers without it. What sends neither is no browser's page.
 * @throws request-forged
 */
export function assertSameOrigin({ headers }: FastifyRequest, publicUrl: string | undefined): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    // `none` is the person's own doing, such as a bookmark.
    if (site === 'same-origin' || site === 'none') return;
    throw forged(`it was sent from another site (Sec-Fetch-Site: ${site})`);
  }
  const { origin } = headers;
  if (origin === undefined || origin === publicUrl) return;
  if (publicUrl === undefined && isSameHost(origin, headers.host)) return;
  throw forged(`it was sent from ${origin}`);
}

/** A port that is the protocol's own is written by some and left out by others. */
function isSameHost(origin: string, host = ''): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  const asked = `${protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === originHost;
}

/**
 * Asserts that a request carries the token of its session, which a page of another site cannot read.
 * @throws request-forged
 */
export function assertCsrfToken(given: unknown, expected: string): void {
  const one = Buffer.from(typeof given === 'string' ? given : '');
  const other = Buffer.from(expected);
  if (one.length === other.length && timingSafeEqual(one, other)) return;
  throw forged('it carries no token of the session, or another one');
}

const forged = (why: string): TielineError =>
  new TielineError('request-forged', `The request was refused: ${why}`);
