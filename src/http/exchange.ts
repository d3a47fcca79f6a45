import { TielineError } from '../kit/errors.ts';
import type { HttpLimits, HttpRequest } from '../kit/http.ts';
import type { IoHook } from '../kit/io-hook.ts';
import type { Log } from '../kit/log.ts';
import type { WireAnswer } from './answers.ts';
import { toNetworkError } from './network-errors.ts';
import type { Route } from './pools.ts';
import { proxyHeaders } from './proxy/proxy-address.ts';
import { destinationOf, refusedBy, unauthorized } from './proxy/refusals.ts';
import { showUrl } from './target-url.ts';

/** One request as it goes over the wire. */
export interface WireRequest {
  method: HttpRequest['method'];
  url: URL;
  headers: Record<string, string>;
  body?: Uint8Array | string;
  limits: HttpLimits;
  signal?: AbortSignal;
  onText?: HttpRequest['onText'];
}

/** Sends one request and reads its answer, whatever the status. Throws when there is no whole answer. */
export type Exchange = (route: Route, request: WireRequest) => Promise<WireAnswer>;

/** Exchanges that are logged at debug level and stand between two points of the hook. */
export function createExchange(options: {
  log: Log;
  redact: (text: string) => string;
  ioHook?: IoHook;
}): Exchange {
  const { log, redact, ioHook } = options;
  return async (route, request) => {
    const { method, url, limits, signal } = request;
    route.check(url);
    const shown = redact(showUrl(url));
    const startedMs = performance.now();
    const tookMs = () => Math.round(performance.now() - startedMs);
    ioHook?.(`http:${method} ${url.pathname}:before`);
    const answer = await send(route, request).catch((thrown: unknown) => {
      const error = toNetworkError(thrown, { what: `${method} ${shown}`, host: url.host, limits }, signal);
      log.debug({ method, url: shown, error: error.code, tookMs: tookMs() }, 'http exchange failed');
      throw error;
    });
    log.debug({ method, url: shown, status: answer.status, tookMs: tookMs() }, 'http exchange');
    ioHook?.(`http:${method} ${url.pathname}:after`);
    const forwarder = findForwarder(route, url);
    if (forwarder !== undefined && answer.status === 407) {
      throw refusedBy(forwarder, destinationOf(url), unauthorized(forwarder), { status: 407 });
    }
    return answer;
  };
}

const findForwarder = ({ forwarder }: Route, url: URL) => (url.protocol === 'http:' ? forwarder : undefined);

async function send(route: Route, request: WireRequest): Promise<WireAnswer> {
  const { method, url, headers, body, limits, signal } = request;
  const path = url.pathname + url.search;
  const forwarder = findForwarder(route, url);
  const answer = await route.agent.request({
    origin: url.origin,
    // A proxy takes the absolute form: RFC 9112 §3.2.2.
    path: forwarder === undefined ? path : url.origin + path,
    method,
    headers: forwarder === undefined ? headers : { ...headers, ...proxyHeaders(forwarder) },
    body,
    signal,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.bodyTimeoutMs,
  });
  const { onText } = answer.statusCode < 300 ? request : {};
  const decoder = new TextDecoder();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    if (onText !== undefined) {
      onText(decoder.decode(chunk, { stream: true }));
      continue;
    }
    bytes += chunk.length;
    // Leaving the loop destroys the body and its socket.
    if (bytes > limits.maxAnswerBytes) throw tooLarge(request);
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode,
    headers: joinHeaders(answer.headers),
    url,
    text: decoder.decode(Buffer.concat(chunks)),
  };
}

function tooLarge({ method, url, limits }: WireRequest): TielineError {
  return new TielineError(
    'answer-too-large',
    `${method} ${showUrl(url)} answered more than ${limits.maxAnswerBytes} bytes`,
  );
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return Object.fromEntries(entries);
}
