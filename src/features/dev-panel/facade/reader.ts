import type { FastifyRequest } from 'fastify';
import { TielineError } from '../../../kit/errors.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import type { ApplicationStore } from './application-store.ts';

/**
 * The token of a request, in each way in which GitHub took one: `token` and `bearer`, Basic with the token as either
 * half, and the query, which the connector uses for webhooks.
 */
function tokenOf({ headers, query }: FastifyRequest): string {
  const [scheme = '', rest = ''] = (headers.authorization ?? '').split(' ', 2);
  if (/^(token|bearer)$/i.test(scheme)) return rest;
  if (/^basic$/i.test(scheme)) {
    const [user = '', password = ''] = Buffer.from(rest, 'base64').toString().split(':', 2);
    return password === '' || password === 'x-oauth-basic' ? user : password;
  }
  const asked: Record<string, unknown> = { ...(query ?? {}) };
  return typeof asked.access_token === 'string' ? asked.access_token : '';
}

/** Whether a request bears anything that may be a token. */
export const bearsToken = (request: FastifyRequest): boolean => tokenOf(request) !== '';

/** Finds the link that a request may read. @throws credentials-invalid */
export function createReader(options: { applications: ApplicationStore; links: LinkStore; now(): Date }) {
  const { applications, links, now } = options;
  return async (request: FastifyRequest): Promise<Link> => {
    const linkId = await applications.findLinkOf(tokenOf(request), now());
    const link = linkId === undefined ? undefined : await links.find(linkId);
    if (link !== undefined && link.disconnectingSince === null) return link;
    throw new TielineError('credentials-invalid', 'Bad credentials');
  };
}
