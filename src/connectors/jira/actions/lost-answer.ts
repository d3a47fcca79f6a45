import type { ErrorCode } from '../../../kit/error-catalogue.ts';
import { TielineError } from '../../../kit/errors.ts';

/** Errors after which a write may have been done all the same. */
const lostCodes: ErrorCode[] = [
  'network-failed',
  'request-timed-out',
  'remote-failed',
  'answer-unexpected',
  'answer-too-large',
  'internal-error',
];

/** Nothing was sent: there was no connection. Codes of Node and undici. */
const neverConnected =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/;

/**
 * What an error of a write says of it.
 * - none: the other side did not do it
 * - lost: it may have done it
 * - slow: it may have done it, or be doing it still
 */
export function whatIsLost(thrown: unknown): 'none' | 'lost' | 'slow' {
  if (!(thrown instanceof TielineError)) return 'lost';
  const { code, details } = thrown;
  if (!lostCodes.includes(code)) return 'none';
  if (typeof details.code === 'string' && neverConnected.test(details.code)) return 'none';
  return code === 'request-timed-out' || details.status === 504 || details.status === 408 ? 'slow' : 'lost';
}
