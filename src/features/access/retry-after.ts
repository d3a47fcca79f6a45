import type { FastifyReply } from 'fastify';
import type { TielineError } from '../../kit/errors.ts';

/** Tells when to come again after too many requests, in whole seconds: RFC 9110 §10.2.3. */
export function noteRetryAfter({ status, retry }: TielineError, reply: FastifyReply): void {
  if (status !== 429 || typeof retry === 'string') return;
  const seconds = Math.ceil((retry.after.getTime() - Date.now()) / 1_000);
  reply.header('retry-after', Math.max(1, seconds));
}
