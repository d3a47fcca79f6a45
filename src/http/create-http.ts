import type {
  BudgetStore,
  Http,
  HttpAnswer,
  HttpFactory,
  HttpLimits,
  HttpRequest,
  HttpTarget,
  TokenStore,
} from '../kit/http.ts';
import type { IoHook } from '../kit/io-hook.ts';
import type { Log } from '../kit/log.ts';
import { clearText, type Secret } from '../kit/secret.ts';
import { createAccessTokens } from './access-tokens.ts';
import { defaultDenyList, parseRanges, type ResolveName } from './address-guard.ts';
import { toHttpAnswer, type WireAnswer } from './answers.ts';
import { authorizationHeaders, secretTexts } from './authorization.ts';
import { createExchange, type WireRequest } from './exchange.ts';
import { createPools } from './pools.ts';
import { createRateLimits } from './rate-limits.ts';
import { createRedaction, redactError } from './redaction.ts';
import { nextHop } from './redirects.ts';
import { isSameHost, parseUrl, resolveUrl } from './target-url.ts';
import { findStatusError } from './verdicts.ts';

/** What a client may take unless its target or request says otherwise. */
const defaultLimits: HttpLimits = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  maxAnswerBytes: 10 * 1024 * 1024,
};

export interface HttpOptions {
  tokens: TokenStore;
  budgets: BudgetStore;
  log: Log;
  /** CIDR ranges that may not be called unless a target allows them; {@link defaultDenyList} when absent. */
  denyList?: readonly string[];
  now?: () => Date;
  /** Called at `http:<METHOD> <path>:before` and `:after` of each exchange on the wire. */
  ioHook?: IoHook;
  /** Finds the addresses of names; the system's resolver when absent. */
  resolveName?: ResolveName;
}

/** A factory that also masks the secrets which it has seen, for texts that leave by other ways. */
export interface RedactingHttpFactory extends HttpFactory {
  /** The text with every secret of every target and every access token replaced by `[secret]`. */
  redact(text: string): string;
}

/**
 * Outbound HTTP for one process: pools, authorisation, redirects, the address guard, rate limits, verdicts and
 * redaction, as {@link Http} promises.
 * @throws TielineError `configuration-invalid` when the deny list holds something that is not a CIDR range.
 */
export function createHttp(options: HttpOptions): RedactingHttpFactory {
  const { now = () => new Date() } = options;
  const redaction = createRedaction();
  const deny = parseRanges(options.denyList ?? defaultDenyList, 'The deny list');
  const pools = createPools({ deny, resolveName: options.resolveName });
  const exchange = createExchange({ log: options.log, ioHook: options.ioHook, redact: redaction.redact });
  const rateLimits = createRateLimits(options.budgets, now);
  const accessTokens = createAccessTokens({ store: options.tokens, now, redaction });

  const follow = async (target: HttpTarget, request: WireRequest): Promise<WireAnswer> => {
    const route = pools.routeFor(target, request.limits.connectTimeoutMs);
    let url = request.url;
    for (let hops = 0; ; hops += 1) {
      const answer = await exchange(route, { ...request, url });
      if (answer.status === 429) await rateLimits.note(target.name, request.method, url, answer.headers);
      const next = nextHop(request.method, url, answer, hops);
      if (next === undefined) return answer;
      url = next;
    }
  };

  const settle = (request: HttpRequest, answer: WireAnswer): HttpAnswer => {
    if (!request.accept?.includes(answer.status)) {
      const error = findStatusError(request.method, answer, now(), redaction.redact);
      if (error !== undefined) throw error;
    }
    return toHttpAnswer(request.method, answer, redaction.redact);
  };

  const sendOpen = async (target: HttpTarget, request: HttpRequest): Promise<HttpAnswer> => {
    const wire = toWire(target, request);
    await rateLimits.check(target.name, wire.method, wire.url);
    return settle(request, await follow(target, wire));
  };

  // Others may wait for the same token: one caller's signal must not end it.
  const getToken = (target: HttpTarget, auth: Credentials) =>
    accessTokens.get(target.name, auth, (request) => sendOpen(target, request));

  const prepare = async (target: HttpTarget): Promise<void> => {
    if (target.auth.type === 'oauthClientCredentials') await getToken(target, target.auth);
  };

  const sendWithToken = async (target: HttpTarget, wire: WireRequest, auth: Credentials) => {
    const get = () => getToken(target, auth);
    const attempt = (token: Secret) =>
      follow(target, withHeaders(wire, { authorization: `Bearer ${clearText(token)}` }));
    const token = await get();
    const answer = await attempt(token);
    if (answer.status !== 401) return answer;
    await accessTokens.forget(target.name, auth, token);
    return attempt(await get());
  };

  const send = async (target: HttpTarget, request: HttpRequest): Promise<HttpAnswer> => {
    const { auth } = target;
    const wire = toWire(target, request);
    if (auth.type === 'none' || !isSameHost(parseUrl(target.baseUrl), wire.url))
      return sendOpen(target, request);
    await rateLimits.check(target.name, wire.method, wire.url);
    const answer =
      auth.type === 'oauthClientCredentials'
        ? await sendWithToken(target, wire, auth)
        : await follow(target, withHeaders(wire, authorizationHeaders(auth, target.name)));
    return settle(request, answer);
  };

  const redacted = <T>(sent: Promise<T>): Promise<T> =>
    sent.catch((thrown: unknown) => {
      throw redactError(thrown, redaction.redact);
    });

  return {
    aim(target): Http {
      redaction.add(secretTexts(target.auth));
      return {
        request: (request) => redacted(send(target, request)),
        prepare: () => redacted(prepare(target)),
      };
    },
    redact: redaction.redact,
    close: pools.close,
  };
}

type Credentials = Extract<HttpTarget['auth'], { type: 'oauthClientCredentials' }>;

function toWire(target: HttpTarget, request: HttpRequest): WireRequest {
  const body = request.json === undefined ? request.body : JSON.stringify(request.json);
  const headers = {
    accept: 'application/json',
    'user-agent': 'tieline',
    ...(request.json !== undefined && { 'content-type': 'application/json' }),
    ...request.headers,
  };
  return {
    method: request.method,
    url: resolveUrl(target.baseUrl, request.url),
    headers,
    body,
    limits: { ...defaultLimits, ...target.limits, ...request.limits },
    signal: request.signal,
  };
}

const withHeaders = (wire: WireRequest, headers: Record<string, string>): WireRequest => ({
  ...wire,
  headers: { ...wire.headers, ...headers },
});
