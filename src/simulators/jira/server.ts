import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, Refusal } from './answer.ts';
import { countEntities } from './entity-count.ts';
import { type FaultAnswer, type Faults, nearLimitHeaders, rateLimitAnswer } from './faults.ts';
import { createRouter, type Incoming, type Listener, type Route } from './route.ts';
import type { LoggedRequest } from './state.ts';

/** What a listener needs to answer. */
export interface ServerParts {
  listener: Listener;
  routes: Route[];
  /** What is said of an address that no route has. */
  notFound: Answer;
  /** What is said of a body over the limit. */
  tooLarge: Answer;
  maxBodyBytes: number;
  faults: Faults;
  requests: LoggedRequest[];
  now: () => Date;
  /** Headers that every answer of a kind of request bears, beside its own. */
  decorate?(request: Incoming, answer: Answer): Record<string, string>;
  /** PEM texts: the listener then speaks HTTPS. */
  tls?: { key: string; cert: string };
}

/** A listening server. */
export interface RunningServer {
  url: string;
  close(): Promise<void>;
}

const controlPrefix = '/_simulator/';

async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    // Read on to the end, or the caller would see a broken connection in place of the answer.
    if (size <= maxBytes) chunks.push(chunk);
  }
  return size > maxBytes ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, answer: Answer, now: Date) {
  const headers: Record<string, string> = {
    date: now.toUTCString(),
    'x-arequestid': crypto.randomUUID(),
    ...answer.headers,
  };
  let payload: string | Buffer = '';
  if (answer.bytes !== undefined) {
    payload = answer.bytes;
  } else if (answer.html !== undefined) {
    headers['content-type'] = 'text/html;charset=UTF-8';
    // A page has the one script of the simulator's own; a browser must not run one that a text smuggled in.
    headers['content-security-policy'] =
      "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'";
    payload = answer.html;
  } else if (answer.body !== undefined) {
    headers['content-type'] ??= 'application/json;charset=UTF-8';
    payload = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  }
  response.writeHead(answer.status, headers);
  response.end(payload);
}

function faultAnswer(fault: FaultAnswer, now: Date): Answer | undefined {
  if (typeof fault === 'string') return undefined;
  if ('rateLimit' in fault) return rateLimitAnswer(fault.rateLimit, fault.retryAfterSeconds, now);
  return 'status' in fault ? { status: fault.status, headers: fault.headers, body: fault.body } : undefined;
}

/** Starts one listener. `port` 0 takes a free one. Throws Node's own error when the port is taken. */
export async function startServer(parts: ServerParts, host: string, port: number): Promise<RunningServer> {
  const closing = new AbortController();
  const route = createRouter(parts.routes);

  function answer(request: Incoming): Answer {
    try {
      return route(request) ?? parts.notFound;
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { status: 500, body: { errorMessages: [`The simulator failed: ${message}`], errors: {} } };
    }
  }

  async function serve(message: IncomingMessage, response: ServerResponse) {
    const body = await readBody(message, parts.maxBodyBytes);
    const [path = '/', query = ''] = (message.url ?? '/').split('?', 2);
    const request: Incoming = {
      listener: parts.listener,
      method: message.method ?? 'GET',
      path,
      query: new URLSearchParams(query),
      headers: message.headers,
      body: body ?? Buffer.alloc(0),
    };
    const isControl = path.startsWith(controlPrefix);
    const entities = countEntities(request);
    const log = (status: number) => {
      if (isControl) return;
      const logged = { listener: parts.listener, method: request.method, path: message.url ?? '/', status };
      parts.requests.push({ ...logged, at: parts.now(), ...(entities === undefined ? {} : { entities }) });
    };
    if (body === undefined) {
      log(parts.tooLarge.status);
      send(response, parts.tooLarge, parts.now());
      return;
    }
    const fault = isControl ? undefined : parts.faults.strike(request, entities);
    if (typeof fault === 'object' && fault.delayMs !== undefined) {
      await wait(fault.delayMs, undefined, { signal: closing.signal });
    }
    if (fault === 'drop-connection') {
      log(0);
      message.socket.destroy();
      return;
    }
    const given = (fault === undefined ? undefined : faultAnswer(fault, parts.now())) ?? answer(request);
    if (fault === 'apply-then-drop') {
      log(0);
      message.socket.destroy();
      return;
    }
    log(given.status);
    const warning =
      typeof fault === 'object' && 'nearLimit' in fault ? nearLimitHeaders(fault.nearLimit) : {};
    const decoration = isControl ? {} : parts.decorate?.(request, given);
    send(response, { ...given, headers: { ...decoration, ...given.headers, ...warning } }, parts.now());
  }

  const listen = (message: IncomingMessage, response: ServerResponse) => {
    serve(message, response).catch((error: unknown) => {
      // The caller went away, or the simulator is closing: there is nobody to tell.
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
  const server: Server = parts.tls === undefined ? createServer(listen) : createTlsServer(parts.tls, listen);
  // Node's five seconds would end a caller's idle connection just as it is used again.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const shownHost = reachable.includes(':') ? `[${reachable}]` : reachable;
  return {
    url: `${parts.tls === undefined ? 'http' : 'https'}://${shownHost}:${address.port}`,
    close: () =>
      new Promise<void>((resolve, reject) => {
        closing.abort();
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
