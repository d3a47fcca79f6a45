import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { TielineError } from '../../kit/errors.ts';
import type { HttpLimits } from '../../kit/http.ts';
import type { ResolveName } from '../address-guard.ts';
import { type AddressGuard, type AddressRange, createAddressGuard, parseRanges } from '../address-guard.ts';
import { toNetworkError } from '../network-errors.ts';
import { openConnectTunnel } from './connect-tunnel.ts';
import type { ProxyAddress, ProxyKind } from './proxy-address.ts';
import { authorityOf, type Destination, destinationOf } from './refusals.ts';
import { openSocksTunnel } from './socks-tunnel.ts';

/**
 * What no proxy may be, unless a target allows it: link-local addresses and the metadata services of the clouds, which
 * answer a request that is meant for a proxy as if it were for them. Private addresses are where proxies live.
 */
const deniedProxies = [
  '169.254.0.0/16',
  'fe80::/10',
  '168.63.129.16/32',
  '100.100.100.200/32',
  'fd00:ec2::254/128',
];

const tunnels: Record<ProxyKind, (socket: Socket, proxy: ProxyAddress, to: Destination) => Promise<void>> = {
  http: openConnectTunnel,
  socks5: openSocksTunnel,
};

export interface ProxyOptions {
  proxy: ProxyAddress;
  /** What the target allows beside the usual. */
  allow: AddressRange[];
  resolveName?: ResolveName;
  /** The authorities that an https proxy's certificate may come from; the public ones when absent. */
  secureContext?: SecureContext;
  connectTimeoutMs: number;
}

/** Opens sockets that lead to a destination by way of a proxy. */
export interface ProxyConnector {
  /** Whether it takes plain requests whole. */
  forwards: boolean;
  /** A socket to the proxy itself. Throws `proxy-unreachable`, `address-denied`. */
  reach(): Promise<Socket>;
  /** A socket to the destination. Throws as `reach`, `proxy-refused`, `proxy-unauthorized`, `request-timed-out`. */
  tunnel(destination: Destination): Promise<Socket>;
}

/** Sockets by way of one proxy. The connect time-out is for the proxy and its answer together. */
export function createProxyConnector(options: ProxyOptions): ProxyConnector {
  const { proxy, allow, resolveName, secureContext, connectTimeoutMs } = options;
  const guard: AddressGuard = createAddressGuard({
    deny: parseRanges(deniedProxies, 'The deny list of proxies'),
    allow,
    resolveName,
  });
  const connect = buildConnector({
    lookup: guard.lookup,
    timeout: connectTimeoutMs,
    allowH2: false,
    ...(secureContext && { secureContext }),
  });

  const reach = async (): Promise<Socket> => {
    guard.checkLiteral(new URL(proxy.shown));
    return new Promise((resolve, reject) => {
      const { host, port, protocol } = proxy;
      connect({ hostname: host, host, port: String(port), protocol }, (error, socket) => {
        if (error !== null) reject(unreachable(proxy, error, connectTimeoutMs));
        else resolve(socket);
      });
    });
  };

  return {
    forwards: proxy.kind === 'http',
    reach,
    async tunnel(destination) {
      const startedMs = performance.now();
      const socket = await reach();
      const leftMs = Math.max(1, connectTimeoutMs - (performance.now() - startedMs));
      const timer = setTimeout(() => socket.destroy(late(proxy, destination, connectTimeoutMs)), leftMs);
      try {
        await tunnels[proxy.kind](socket, proxy, destination);
        return socket;
      } catch (thrown) {
        socket.destroy();
        throw unreachable(proxy, thrown, connectTimeoutMs);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * Tunnels to the host and lets `toHost` speak TLS inside. A plain request goes to an HTTP proxy whole, without a
 * tunnel: many of them tunnel to port 443 only.
 */
export function proxiedConnector(
  sockets: ProxyConnector,
  toHost: buildConnector.connector,
): buildConnector.connector {
  return (target, callback) => {
    const isPlain = target.protocol === 'http:';
    const opening = isPlain && sockets.forwards ? sockets.reach() : sockets.tunnel(destinationOf(target));
    opening.then(
      (socket) => {
        if (isPlain) callback(null, socket);
        else toHost({ ...target, httpSocket: socket }, callback);
      },
      (error) => callback(error, null),
    );
  };
}

/** What broke on the way to the proxy, in the words for what breaks on the way to a host. Our own errors pass. */
function unreachable(proxy: ProxyAddress, thrown: unknown, connectTimeoutMs: number): TielineError {
  if (thrown instanceof TielineError) return thrown;
  const limits: HttpLimits = { connectTimeoutMs, headersTimeoutMs: 0, bodyTimeoutMs: 0, maxAnswerBytes: 0 };
  const what = `The proxy ${proxy.shown} could not be reached`;
  const cause = toNetworkError(thrown, { what, host: proxy.host, limits });
  return new TielineError('proxy-unreachable', cause.message, {
    hint: cause.code === 'tls-failed' ? cause.hint : undefined,
    retry: cause.retry,
    details: { ...cause.details, proxy: proxy.shown },
  });
}

function late(proxy: ProxyAddress, destination: Destination, connectTimeoutMs: number): TielineError {
  return new TielineError(
    'request-timed-out',
    `The proxy ${proxy.shown} did not connect to ${authorityOf(destination)} within ${connectTimeoutMs} ms`,
    {
      hint: 'Check whether the proxy may reach that host and port: many drop what they do not allow.',
      details: { proxy: proxy.shown },
    },
  );
}
