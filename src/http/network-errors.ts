import type { ErrorCode } from '../kit/error-catalogue.ts';
import { asTielineError, type RetryVerdict, TielineError } from '../kit/errors.ts';
import type { HttpLimits } from '../kit/http.ts';

/** What was tried when it failed. */
export interface Attempt {
  /** e.g. `GET https://jira.example.com/rest/api/2/serverInfo` */
  what: string;
  host: string;
  limits: HttpLimits;
}

interface Rule {
  /** Codes of Node, OpenSSL and undici. */
  codes: RegExp;
  code: ErrorCode;
  says(attempt: Attempt, message: string): string;
  hint?: string;
  retry?: RetryVerdict;
}

const privateAuthority =
  'If this is meant, give the PEM of its authority as "certificateAuthority" of the connection.';

/** The first rule that holds an error's code says what it is. What only a person can mend waits for them. */
const rules: Rule[] = [
  {
    codes: /^(ENOTFOUND|EAI_.*|ESERVFAIL)$/,
    code: 'name-unresolved',
    says: ({ host }) => `the name ${host} could not be resolved`,
  },
  {
    codes: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    code: 'request-timed-out',
    says: ({ limits }) => `no connection within ${limits.connectTimeoutMs} ms (connect)`,
  },
  {
    codes: /^UND_ERR_HEADERS_TIMEOUT$/,
    code: 'request-timed-out',
    says: ({ limits }) => `connected, but no answer began within ${limits.headersTimeoutMs} ms (headers)`,
  },
  {
    codes: /^UND_ERR_BODY_TIMEOUT$/,
    code: 'request-timed-out',
    says: ({ limits }) => `the answer began, but stood still for ${limits.bodyTimeoutMs} ms (body)`,
  },
  {
    codes: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    code: 'tls-failed',
    says: ({ host }) => `the certificate of ${host} is self-signed`,
    hint: privateAuthority,
    retry: 'once-repaired',
  },
  {
    codes: /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED)$/,
    code: 'tls-failed',
    says: ({ host }) => `the certificate of ${host} is signed by an authority that is not known here`,
    hint: privateAuthority,
    retry: 'once-repaired',
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    code: 'tls-failed',
    says: ({ host }) => `the certificate of ${host} has expired`,
    hint: 'Renew the certificate there, or correct the clock of this machine.',
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    code: 'tls-failed',
    says: ({ host }) => `the certificate of ${host} is not valid yet`,
    hint: 'Correct the clock of this machine.',
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    code: 'tls-failed',
    says: ({ host }, message) => `the certificate is not for ${host}: ${message}`,
    hint: 'Use a host name that the certificate holds.',
    retry: 'once-repaired',
  },
  {
    codes: /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/,
    code: 'tls-failed',
    says: ({ host }) => `${host} does not speak TLS on this port`,
    hint: 'Check the scheme (http or https) and the port of the address.',
    retry: 'once-repaired',
  },
  {
    codes: /^(EPROTO|ERR_SSL_.*|ERR_TLS_.*|CERT_.*|UNABLE_TO_.*|INVALID_CA|.*_CERT_.*)$/,
    code: 'tls-failed',
    says: ({ host }, message) => `TLS with ${host} failed: ${message}`,
  },
  {
    codes: /^HPE_/,
    code: 'answer-unexpected',
    says: ({ host }) => `${host} does not speak HTTP on this port`,
    hint: 'Check the scheme (http or https) and the port of the address.',
  },
  {
    codes: /^UND_ERR_HEADERS_OVERFLOW$/,
    code: 'answer-too-large',
    says: () => 'the headers of the answer are too large',
  },
  {
    codes: /^(UND_ERR_INVALID_ARG|ERR_INVALID_.*)$/,
    code: 'request-invalid',
    says: (_attempt, message) => `the request cannot be sent: ${message}`,
  },
  {
    codes: /^(UND_ERR_DESTROYED|UND_ERR_CLOSED)$/,
    code: 'network-failed',
    says: () => 'Tieline is stopping; nothing more is sent',
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/,
    code: 'network-failed',
    says: ({ host }) => `there is no way to ${host} in the network`,
  },
  {
    codes: /^(EACCES|EPERM)$/,
    code: 'network-failed',
    says: ({ host }) => `this machine does not let connections to ${host} out`,
    hint: 'Check the firewall of this machine.',
  },
  { codes: /^ECONNREFUSED$/, code: 'network-failed', says: ({ host }) => `${host} refused the connection` },
  {
    codes: /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    code: 'network-failed',
    says: ({ host }) => `${host} closed the connection before its answer was whole`,
  },
];

const otherwise: Pick<Rule, 'code' | 'says' | 'hint' | 'retry'> = {
  code: 'network-failed',
  says: (_attempt, message) => message,
};

/** The error's code, or that of the first of several tried addresses. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  // undici gives the code of only some answers that it cannot parse.
  if (thrown.name === 'HTTPParserError') return 'HPE_UNKNOWN';
  return thrown instanceof AggregateError ? codeOf(thrown.errors[0]) : codeOf(thrown.cause);
}

/** OpenSSL's own words lie in `reason`; its message is an address in its source. */
function messageOf(thrown: Error): string {
  return 'reason' in thrown && typeof thrown.reason === 'string' ? thrown.reason : thrown.message;
}

/**
 * What undici or Node threw, as an error of the catalogue. Our own errors pass as they are, and what has no code
 * is a fault of ours. The thrown error is not kept as the cause: undici's may carry bytes of the answer, which
 * nothing redacts.
 */
export function toNetworkError(thrown: unknown, attempt: Attempt, signal?: AbortSignal): TielineError {
  if (thrown instanceof TielineError) return thrown;
  if (signal?.aborted) {
    if (signal.reason instanceof TielineError) return signal.reason;
    return new TielineError('request-timed-out', `${attempt.what} was given up before its answer came`);
  }
  const code = codeOf(thrown);
  if (code === '' || !(thrown instanceof Error)) return asTielineError(thrown);
  const rule = rules.find(({ codes }) => codes.test(code)) ?? otherwise;
  return new TielineError(rule.code, `${attempt.what}: ${rule.says(attempt, messageOf(thrown))}`, {
    hint: rule.hint,
    retry: rule.retry,
    details: { code },
  });
}
