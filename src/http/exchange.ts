import { TielineError } from '../kit/errors.ts';
import type { HttpLimits, HttpRequest } from '../kit/http.ts';
import type { IoHook } from '../kit/io-hook.ts';
import type { Log } from '../kit/log.ts';
import type { WireAnswer } from './answers.ts';
import { toNetworkError } from './network-errors.ts';
import type { Route } from './pools.ts';
import { showUrl } from './target-url.ts';

/** One request as it goes over the wire. */
export interface WireRequest {
  method: HttpRequest['method'];
  url: URL;
  headers: Record<string, string>;
  body?: Uint8Array | string;
  limits: HttpLimits;
  signal?: AbortSignal;
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
    // A name is checked when its socket is opened; for a literal address Node asks no lookup.
    route.guard.checkLiteral(url);
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
    return answer;
  };
}

async function send({ agent }: Route, request: WireRequest): Promise<WireAnswer> {
  const { method, url, headers, body, limits, signal } = request;
  const answer = await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    body,
    signal,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.bodyTimeoutMs,
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    // Leaving the loop destroys the body and its socket.
    if (bytes > limits.maxAnswerBytes) throw tooLarge(request);
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode,
    headers: joinHeaders(answer.headers),
    url,
    text: new TextDecoder().decode(Buffer.concat(chunks)),
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
