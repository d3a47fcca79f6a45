import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Agent } from 'undici';
import { TielineError } from '../kit/errors.ts';
import type { HttpTarget } from '../kit/http.ts';
import {
  type AddressGuard,
  type AddressRange,
  createAddressGuard,
  parseRanges,
  type ResolveName,
} from './address-guard.ts';

/** Sockets to one origin. A hub's few streams need less; more would only be a flood when a backlog drains. */
const socketsPerOrigin = 64;

/** Idle sockets end before the five seconds after which many servers close theirs, so that no write meets a closing one. */
const keepAliveMs = 4_000;

/** The sockets of targets that trust and reach the same, and the guard that those sockets passed. */
export interface Route {
  agent: Agent;
  guard: AddressGuard;
}

export interface Pools {
  /** Throws `request-invalid` for a wrong range, `tls-failed` for a certificate authority that is none. */
  routeFor(target: HttpTarget, connectTimeoutMs: number): Route;
  /** Ends what runs, then closes every socket. Later calls of `routeFor` throw. */
  close(): Promise<void>;
}

/**
 * Connection pools, by origin within each set of trusted authorities, allowed addresses and connect time-out.
 * They are apart because an open socket carries the permission under which it was opened.
 */
export function createPools(options: { deny: AddressRange[]; resolveName?: ResolveName }): Pools {
  const routes = new Map<string, Route>();
  let closed = false;

  const open = (target: HttpTarget, connectTimeoutMs: number): Route => {
    const allow = parseRanges(
      target.allowAddresses ?? [],
      `allowAddresses of ${target.name}`,
      'request-invalid',
    );
    const guard = createAddressGuard({ ...options, allow });
    const secureContext = target.certificateAuthority
      ? trustAlso(target.certificateAuthority, target.name)
      : undefined;
    const agent = new Agent({
      allowH2: false,
      connections: socketsPerOrigin,
      keepAliveTimeout: keepAliveMs,
      connectTimeout: connectTimeoutMs,
      connect: { lookup: guard.lookup, ...(secureContext && { secureContext }) },
    });
    return { agent, guard };
  };

  return {
    routeFor(target, connectTimeoutMs) {
      if (closed) throw new TielineError('network-failed', 'Tieline is stopping; nothing more is sent');
      const key = JSON.stringify([connectTimeoutMs, target.allowAddresses, target.certificateAuthority]);
      const route = routes.get(key) ?? open(target, connectTimeoutMs);
      routes.set(key, route);
      return route;
    },
    async close() {
      closed = true;
      await Promise.all([...routes.values()].map(({ agent }) => agent.close()));
    },
  };
}

/** The authorities that Node trusts here, NODE_EXTRA_CA_CERTS among them, and those of the PEM. */
function trustAlso(pem: string, targetName: string): SecureContext {
  const refused = (cause?: unknown) =>
    new TielineError('tls-failed', `The certificate authority of ${targetName} is not a PEM certificate`, {
      hint: 'Give the whole text, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
      retry: 'never',
      cause,
    });
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw refused();
  try {
    // createSecureContext takes any text without a word, and then trusts nothing by it.
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (thrown) {
    throw refused(thrown);
  }
  return createSecureContext({ ca: [...getCACertificates('default'), ...certificates] });
}
