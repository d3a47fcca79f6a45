import type { ErrorCode } from '../kit/error-catalogue.ts';
import { TielineError } from '../kit/errors.ts';
import type { HttpAnswer, HttpRequest } from '../kit/http.ts';
import { excerpt } from './answers.ts';

/** Sends the token request; resolves for the statuses that it accepts. */
export type Ask = (request: HttpRequest) => Promise<HttpAnswer>;

/** A request for tokens, RFC 6749 §3.2. */
export interface TokenRequest {
  tokenUrl: string;
  fields: Record<string, string>;
  encoding: 'json' | 'form';
  /** What the reader can do when the grant is refused; without it there is no grant of a user's to refuse. */
  grantHint?: string;
}

/** What a token endpoint gave. */
export interface TokenAnswer {
  accessToken: string;
  refreshToken?: string;
  scope?: string;
  /** When to renew the access token: a little before its end. */
  expiresAt: Date;
}

/** A token is renewed this long before its end, or a tenth of its life when that is less. */
const renewalMs = 60_000;

/** RFC 6749 §5.1 lets `expires_in` be left out; a short life then only costs a request. */
const unspokenLifeMs = 5 * 60_000;

/** The statuses with which token endpoints refuse a client: RFC 6749 §5.2 says 400 and 401, Atlassian sends 403 too. */
const refusals = [400, 401, 403];

interface Rule {
  /** The `error` of RFC 6749 §5.2. */
  error: string;
  description?: RegExp;
  code: Extract<ErrorCode, 'remote-unauthorized' | 'authorization-lost'>;
  part: string;
}

const clientRefused = { code: 'remote-unauthorized', part: 'client id or secret refused' } as const;
const grantLost = { code: 'authorization-lost', part: 'the authorisation is no longer good' } as const;

/** What refused; the first row that holds counts. */
const grantRules: Rule[] = [
  { error: 'invalid_grant', ...grantLost },
  // Atlassian's older words for a refresh token that was rotated away.
  { error: 'unauthorized_client', description: /refresh.?token/i, ...grantLost },
];
const rules: Rule[] = [
  { error: 'invalid_client', ...clientRefused },
  { error: 'unauthorized_client', ...clientRefused },
  // Atlassian's word for a wrong pair.
  { error: 'access_denied', ...clientRefused },
  { error: 'invalid_scope', code: 'remote-unauthorized', part: 'scope refused' },
];

/**
 * Asks a token endpoint.
 * @throws TielineError `remote-unauthorized` when the client is refused, `authorization-lost` when the grant is,
 *   `answer-unexpected` when no token comes, and whatever `ask` throws.
 */
export async function askToken(
  ask: Ask,
  request: TokenRequest,
  { now, redact }: { now: () => Date; redact: (text: string) => string },
): Promise<TokenAnswer> {
  const { tokenUrl, fields, encoding } = request;
  const askedAt = now();
  const answer = await ask({
    method: 'POST',
    url: tokenUrl,
    accept: refusals,
    ...(encoding === 'json'
      ? { json: fields }
      : {
          body: new URLSearchParams(fields).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
  });
  if (answer.status >= 400) throw refusedToken(request, answer, redact);
  const body = asRecord(answer.json());
  const accessToken = textOf(body.access_token);
  if (accessToken === undefined) {
    // The answer is left out: it may hold a token under another name.
    throw new TielineError('answer-unexpected', `${tokenUrl} answered without an access_token`, {
      details: { status: answer.status, url: tokenUrl },
    });
  }
  const seconds = Number(body.expires_in);
  const lifeMs = seconds > 0 ? seconds * 1_000 : unspokenLifeMs;
  const usableMs = lifeMs - Math.min(renewalMs, lifeMs / 10);
  return {
    accessToken,
    refreshToken: textOf(body.refresh_token),
    scope: textOf(body.scope),
    expiresAt: new Date(askedAt.getTime() + usableMs),
  };
}

function refusedToken(
  { tokenUrl, grantHint }: TokenRequest,
  answer: HttpAnswer,
  redact: (text: string) => string,
): TielineError {
  const body = findJson(answer);
  const error = textOf(body.error);
  const description = textOf(body.error_description) ?? '';
  const rule = [...(grantHint === undefined ? [] : grantRules), ...rules].find(
    (one) => one.error === error && (one.description?.test(description) ?? true),
  );
  const { code, part } = rule ?? {
    ...clientRefused,
    ...(answer.status === 400 && { part: 'token request refused' }),
  };
  const word = error === undefined ? '' : ` (${error.slice(0, 100)})`;
  return new TielineError(code, `${tokenUrl} answered ${answer.status}: ${part}${word}`, {
    hint:
      code === 'authorization-lost'
        ? grantHint
        : 'Check the client id and the client secret of the connection; make new ones if they may be revoked.',
    details: { status: answer.status, url: tokenUrl, answer: excerpt(answer.text, redact) },
  });
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** A refusal's body as an object; an empty one when it is no JSON, which says no less than the status. */
function findJson(answer: HttpAnswer): Record<string, unknown> {
  try {
    return asRecord(answer.json());
  } catch {
    return {};
  }
}
