import type {
  BudgetStore,
  GrantStore,
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
import { clearText, Secret } from '../kit/secret.ts';
import { type Bearer, createAccessTokens } from './access-tokens.ts';
import { defaultDenyList, parseRanges, type ResolveName } from './address-guard.ts';
import { toHttpAnswer, type WireAnswer } from './answers.ts';
import {
  authorizationHeaders,
  isRenewed,
  proxySecretTexts,
  type RenewedScheme,
  secretTexts,
} from './authorization.ts';
import { createExchange, type WireRequest } from './exchange.ts';
import { memoryGrantStore } from './memory-stores.ts';
import { createPools } from './pools.ts';
import { createRateLimits } from './rate-limits.ts';
import { createRedaction, redactError } from './redaction.ts';
import { nextHop } from './redirects.ts';
import { isSameHost, parseUrl, resolveUrl } from './target-url.ts';
import { createUserGrants } from './user-grants.ts';
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
  /** What users granted; nobody has granted anything when absent. */
  grants?: GrantStore;
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
  const userGrants = createUserGrants({ store: options.grants ?? memoryGrantStore(), now, redaction });

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
    const wire = toWire(target, request, redaction.add);
    await rateLimits.check(target.name, wire.method, wire.url);
    return settle(request, await follow(target, wire));
  };

  const bearerOf = (target: HttpTarget, auth: RenewedScheme): Bearer => {
    // Others may wait for the same token: no caller's signal may end it.
    const ask = (request: HttpRequest) => sendOpen(target, request);
    return auth.type === 'oauthGrant'
      ? userGrants.bearerFor(target.name, auth, ask)
      : accessTokens(target.name, auth, ask);
  };

  const prepare = async (target: HttpTarget): Promise<void> => {
    if (isRenewed(target.auth)) await bearerOf(target, target.auth).get();
  };

  const sendWithToken = async (target: HttpTarget, wire: WireRequest, bearer: Bearer) => {
    const attempt = (token: Secret) =>
      follow(target, withHeaders(wire, { authorization: `Bearer ${clearText(token)}` }));
    const token = await bearer.get();
    const answer = await attempt(token);
    return answer.status === 401 ? attempt(await bearer.replace(token)) : answer;
  };

  const sendAuthorized = (target: HttpTarget, wire: WireRequest): Promise<WireAnswer> => {
    const { auth, name } = target;
    if (isRenewed(auth)) return sendWithToken(target, wire, bearerOf(target, auth));
    return follow(target, withHeaders(wire, authorizationHeaders(auth, name)));
  };

  const send = async (target: HttpTarget, request: HttpRequest): Promise<HttpAnswer> => {
    const wire = toWire(target, request, redaction.add);
    if (target.auth.type === 'none' || !isSameHost(parseUrl(target.baseUrl), wire.url))
      return sendOpen(target, request);
    await rateLimits.check(target.name, wire.method, wire.url);
    return settle(request, await sendAuthorized(target, wire));
  };

  const redacted = <T>(sent: Promise<T>): Promise<T> =>
    sent.catch((thrown: unknown) => {
      throw redactError(thrown, redaction.redact);
    });

  const learn = ({ auth, proxy }: HttpTarget) =>
    redaction.add([...secretTexts(auth), ...(proxy === undefined ? [] : proxySecretTexts(proxy))]);

  return {
    aim(target): Http {
      learn(target);
      return {
        request: (request) => redacted(send(target, request)),
        prepare: () => redacted(prepare(target)),
      };
    },
    redeem(redemption) {
      const target: HttpTarget = { ...redemption, baseUrl: redemption.tokenUrl, auth: { type: 'none' } };
      learn(target);
      return redacted(userGrants.redeem(redemption, (request) => sendOpen(target, request)));
    },
    redact: redaction.redact,
    close: pools.close,
  };
}

/** JSON with the clear text of every Secret in it, of which `learn` is told. */
function toJson(json: unknown, learn: (secrets: string[]) => void): string {
  return JSON.stringify(json, function reveal(this: Record<string, unknown>, key: string, value: unknown) {
    const given = this[key];
    if (!(given instanceof Secret)) return value;
    learn([clearText(given)]);
    return clearText(given);
  });
}

function toWire(target: HttpTarget, request: HttpRequest, learn: (secrets: string[]) => void): WireRequest {
  const body = request.json === undefined ? request.body : toJson(request.json, learn);
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
    onText: request.onText,
  };
}

const withHeaders = (wire: WireRequest, headers: Record<string, string>): WireRequest => ({
  ...wire,
  headers: { ...wire.headers, ...headers },
});
