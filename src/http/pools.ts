import { createHash } from 'node:crypto';
import { Agent, buildConnector } from 'undici';
import { TielineError } from '../kit/errors.ts';
import type { HttpRouting } from '../kit/http.ts';
import { clearText } from '../kit/secret.ts';
import { type AddressRange, createAddressGuard, parseRanges, type ResolveName } from './address-guard.ts';
import { type Pins, parsePins, pinnedConnector, refusePlain } from './certificate-pins.ts';
import { type ProxyAddress, parseProxy } from './proxy/proxy-address.ts';
import { createProxyConnector, type ProxyOptions, proxiedConnector } from './proxy/proxy-connector.ts';
import { trustAlso } from './trust.ts';

/** Sockets to one origin. A hub's few streams need less; more would only be a flood when a backlog drains. */
const socketsPerOrigin = 64;

/** Idle sockets end before the five seconds after which many servers close theirs, so that no write meets a closing one. */
const keepAliveMs = 4_000;

/** The sockets of targets that trust and reach the same, and the guard that those sockets passed. */
export interface Route {
  agent: Agent;
  /**
   * Throws `tls-pin-mismatch` for a plain URL where certificates are pinned, `address-denied` when the URL's host is a literal address that may not be called; names are checked when
   * their socket is opened. With a proxy they are not: the proxy resolves them, where names may mean something else
   * than here, so that what they lead to is a matter of its rules. `localhost` counts as literal there.
   */
  check(url: URL): void;
  /** The proxy to which plain requests go whole; absent where every request has a way of its own to the host. */
  forwarder?: ProxyAddress;
}

export interface Pools {
  /** Throws `request-invalid` for a wrong range, pin or proxy, `tls-failed` for a certificate authority that is none. */
  routeFor(routing: HttpRouting, connectTimeoutMs: number): Route;
  /** Ends what runs, then closes every socket. Later calls of `routeFor` throw. */
  close(): Promise<void>;
}

/**
 * Connection pools, by origin within each set of trusted authorities, pins, allowed addresses, proxy and connect
 * time-out. They are apart because an open socket carries the permission under which it was opened.
 */
export function createPools(options: { deny: AddressRange[]; resolveName?: ResolveName }): Pools {
  const routes = new Map<string, Route>();
  let closed = false;

  const open = (routing: HttpRouting, connectTimeoutMs: number): Route => {
    const { name, certificateAuthority, pinnedCertificates = [], allowAddresses = [] } = routing;
    const allow = parseRanges(allowAddresses, `allowAddresses of ${name}`, 'request-invalid');
    const guard = createAddressGuard({ ...options, allow });
    const secureContext = certificateAuthority ? trustAlso(certificateAuthority, name) : undefined;
    const pins = parsePins(pinnedCertificates, name);
    const proxy = routing.proxy && parseProxy(routing.proxy, name);
    const { resolveName } = options;
    const tls = { lookup: guard.lookup, ...(secureContext && { secureContext }) };
    const proxied = proxy && { proxy, allow, resolveName, secureContext };
    const agent = new Agent({
      allowH2: false,
      connections: socketsPerOrigin,
      keepAliveTimeout: keepAliveMs,
      connect: connectorFor({ tls, pins, proxied, connectTimeoutMs }),
    });
    return {
      agent,
      forwarder: proxy?.kind === 'http' ? proxy : undefined,
      check(url) {
        if (pins.size > 0) refusePlain(url);
        const literal = proxy !== undefined && isLoopbackName(url.hostname);
        guard.checkLiteral(literal ? new URL('http://127.0.0.1') : url);
      },
    };
  };

  return {
    routeFor(routing, connectTimeoutMs) {
      if (closed) throw new TielineError('network-failed', 'Tieline is stopping; nothing more is sent');
      const key = keyOf(routing, connectTimeoutMs);
      const route = routes.get(key) ?? open(routing, connectTimeoutMs);
      routes.set(key, route);
      return route;
    },
    async close() {
      closed = true;
      await Promise.all([...routes.values()].map(({ agent }) => agent.close()));
    },
  };
}

/** Hashed, for it holds the proxy's password. */
function keyOf(routing: HttpRouting, connectTimeoutMs: number): string {
  const { allowAddresses, certificateAuthority, pinnedCertificates, proxy } = routing;
  const password = proxy?.password && clearText(proxy.password);
  const parts = [connectTimeoutMs, allowAddresses, certificateAuthority, pinnedCertificates];
  const whole = JSON.stringify([...parts, proxy?.url, proxy?.username, password]);
  return createHash('sha256').update(whole).digest('base64url');
}

/** RFC 6761 §6.3: no name service answers for these, and a proxy would take them for itself. */
const isLoopbackName = (hostname: string) => /(^|\.)localhost\.?$/.test(hostname);

/** Opens sockets as a target wants: checked against its pins, by way of its proxy. */
function connectorFor(options: {
  tls: buildConnector.BuildOptions;
  pins: Pins;
  proxied: Omit<ProxyOptions, 'connectTimeoutMs'> | undefined;
  connectTimeoutMs: number;
}): buildConnector.connector {
  const { pins, proxied, connectTimeoutMs } = options;
  const tls = { ...options.tls, timeout: connectTimeoutMs, allowH2: false };
  const toHost = pins.size === 0 ? buildConnector(tls) : pinnedConnector(tls, pins);
  if (proxied === undefined) return toHost;
  return proxiedConnector(createProxyConnector({ ...proxied, connectTimeoutMs }), toHost);
}
