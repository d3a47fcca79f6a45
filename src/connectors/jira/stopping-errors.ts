import type { ErrorCode } from '../../kit/error-catalogue.ts';
import type { TielineError } from '../../kit/errors.ts';

const stopping: ReadonlySet<ErrorCode> = new Set([
  'network-failed',
  'name-unresolved',
  'tls-failed',
  'request-timed-out',
  'address-denied',
  'redirect-refused',
  'rate-limited',
  'remote-unauthorized',
  'remote-forbidden',
  'jira-site-unknown',
  'jira-credential-absent',
]);

/** Whether a failed request tells that further requests to the same place would fail alike, so that none is made. */
export const stopsEverything = (error: TielineError): boolean => stopping.has(error.code);
