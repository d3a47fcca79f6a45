import { TielineError } from '../kit/errors.ts';

/** What the operating system and PostgreSQL say when there is no server to talk to, or it goes away. */
const unreachable: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOENT: 'there is no socket there',
  EACCES: 'the socket may not be opened by this user',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be resolved',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'it did not answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  '28000': 'it refused the user',
  '28P01': 'it refused the password',
  '3D000': 'it has no such database',
  '53300': 'it has no connection left',
  '57P01': 'it is shutting down',
  '57P02': 'it crashed',
  '57P03': 'it is starting or shutting down',
};

/** Messages of pg that carry no code. */
const spoken: [RegExp, string][] = [
  [/timeout exceeded when trying to connect/, 'it did not answer in time, or every connection is taken'],
  [/Connection terminated|is not queryable/, 'the connection was cut'],
  [/does not support SSL/, 'it does not speak TLS'],
  [/password must be a string|client password/, 'it wants a password'],
];

/** The SQLSTATE or errno of a thrown thing; undefined when it carries none. */
export function errorCodeOf(thrown: unknown): string | undefined {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return errorCodeOf(thrown.errors[0]);
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Why the server could not be talked to; undefined when the error is about something else. */
function reasonOf(thrown: unknown): string | undefined {
  const code = errorCodeOf(thrown);
  if (code !== undefined && Object.hasOwn(unreachable, code)) return unreachable[code];
  if (!(thrown instanceof Error)) return undefined;
  return spoken.find(([pattern]) => pattern.test(thrown.message))?.[1];
}

/**
 * `database-unreachable` for a failed conversation with the server at `where` (never holding the password);
 * every other thrown thing as it is.
 */
export function asUnreachable(thrown: unknown, where: string): unknown {
  const reason = reasonOf(thrown);
  if (reason === undefined) return thrown;
  return new TielineError('database-unreachable', `PostgreSQL at ${where} cannot be used: ${reason}`, {
    cause: thrown,
    details: { code: errorCodeOf(thrown) },
  });
}
