import type { ErrorCode } from '../../kit/error-catalogue.ts';
import type { TielineError } from '../../kit/errors.ts';

const stopping: ReadonlySet<ErrorCode> = new Set([
  'network-failed',
  'name-unresolved',
  'tls-failed',
  'proxy-unreachable',
  'proxy-refused',
  'request-timed-out',
  'address-denied',
  'redirect-refused',
  'rate-limited',
  'remote-forbidden',
  'jira-site-unknown',
]);

/**
 * Whether a failed request tells that further requests to the same place would fail alike, so that none is made: so
 * does everything that must be repaired first.
 */
export const stopsEverything = (error: TielineError): boolean =>
  error.retry === 'once-repaired' || stopping.has(error.code);
