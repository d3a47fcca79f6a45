import { Agent as HttpAgent, type IncomingMessage, request as requestPlain } from 'node:http';
import { isIP, connect as openSocket, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** Where a socket is to lead, as undici tells its connectors. */
interface Target {
  protocol: string;
  hostname: string;
  port: string;
  /** A socket that is open already, for TLS to be spoken in. */
  httpSocket?: Socket;
}

type Callback = (...opened: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

type Connector = (target: Target, callback: Callback) => void;

/** A request as undici's Agent takes it. */
interface PlainRequest {
  origin: string;
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: Uint8Array | string;
  signal?: AbortSignal;
  headersTimeout: number;
  bodyTimeout: number;
}

/** The codes are undici's, so that one table of errors judges both. */
const timedOut = (stage: 'CONNECT' | 'HEADERS' | 'BODY') =>
  Object.assign(new Error(`${stage.toLowerCase()} time-out`), { code: `UND_ERR_${stage}_TIMEOUT` });

/** Opens sockets as undici's connectors do: over TLS for https, and not longer than `timeout` milliseconds. */
export function buildConnector(options: ConnectionOptions & { timeout: number }): Connector {
  const { timeout, ...others } = options;
  const open = async ({ protocol, hostname, port, httpSocket }: Target): Promise<Socket> => {
    const secure = protocol === 'https:';
    const where = { ...others, host: hostname, port: Number(port) || (secure ? 443 : 80) };
    if (!secure) return openSocket(where);
    // TLS takes 10 ms to load, which a hub on this machine does not need.
    const tls = await import('node:tls');
    const servername = isIP(hostname) === 0 ? hostname : undefined;
    return tls.connect({ ...where, servername, socket: httpSocket, ALPNProtocols: ['http/1.1'] });
  };
  return (target, callback) => {
    open(target).then(
      (socket) => {
        const timer = setTimeout(() => socket.destroy(timedOut('CONNECT')), timeout);
        const failed = (error: Error) => callback(error, null);
        socket.once('error', failed).once('close', () => clearTimeout(timer));
        socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          clearTimeout(timer);
          socket.off('error', failed);
          callback(null, socket);
        });
      },
      (error: Error) => callback(error, null),
    );
  };
}

interface PlainAgentOptions {
  connections: number;
  keepAliveTimeout: number;
  connect: Connector;
}

/**
 * Node's own HTTP/1.1 client in the shape of undici's Agent, as far as `pools.ts` and `exchange.ts` use it. The
 * bundled report is made with it: undici takes 40 ms to load, which thousands of requests win back and three do not.
 */
export function plainAgent({ connections, keepAliveTimeout, connect }: PlainAgentOptions) {
  const pools = new Map<string, HttpAgent>();
  const running = new Set<Promise<unknown>>();

  const poolOf = ({ protocol, hostname, port }: URL): HttpAgent => {
    const pool = new HttpAgent({ keepAlive: true, maxSockets: connections, timeout: keepAliveTimeout });
    const target = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port };
    return Object.assign(pool, {
      createConnection: (_options: unknown, callback: Callback) => connect(target, callback),
    });
  };

  const getPool = (url: URL): HttpAgent => {
    const pool = pools.get(url.origin) ?? poolOf(url);
    pools.set(url.origin, pool);
    return pool;
  };

  const begin = ({ origin, path, method, body, ...given }: PlainRequest): Promise<IncomingMessage> => {
    const url = new URL(origin);
    // Without its length a body would go in chunks, which some gateways refuse.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const headers = { host: url.host, ...given.headers, ...length };
    return new Promise((resolve, reject) => {
      const sent = requestPlain({ path, method, headers, signal: given.signal, agent: getPool(url) });
      let waiting: NodeJS.Timeout | undefined;
      // Connecting has a time-out of its own.
      sent.once('socket', () => {
        waiting = setTimeout(() => sent.destroy(timedOut('HEADERS')), given.headersTimeout);
      });
      sent.once('response', resolve).on('error', reject);
      for (const event of ['response', 'close']) sent.once(event, () => clearTimeout(waiting));
      sent.end(body);
    });
  };

  const read = async function* (answer: IncomingMessage, timeoutMs: number): AsyncGenerator<Uint8Array> {
    const timer = setTimeout(() => answer.destroy(timedOut('BODY')), timeoutMs);
    try {
      for await (const chunk of answer) {
        timer.refresh();
        yield chunk;
      }
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    async request(given: PlainRequest) {
      const begun = begin(given);
      running.add(begun);
      const answer = await begun.finally(() => running.delete(begun));
      const { statusCode, headers } = answer;
      return { statusCode: statusCode ?? 0, headers, body: read(answer, given.bodyTimeout) };
    },
    /** Waits for the answers that have not begun, then closes every socket. */
    async close() {
      await Promise.allSettled(running);
      for (const pool of pools.values()) pool.destroy();
    },
  };
}

/** Made by the name and in the way in which undici's is: `new Agent(options)`. */
export function Agent(options: PlainAgentOptions) {
  return plainAgent(options);
}
