import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { RetryVerdict } from '../../kit/errors.ts';
import { type ProxyAddress, proxyHeaders } from './proxy-address.ts';
import { authorityOf, type Destination, foreign, type Refusal, refusedBy, unauthorized } from './refusals.ts';

const byPolicy =
  "Ask the proxy's administrator to let it connect to the host and port that the message names.";

/** The first row that holds a status says what it means; see RFC 9110 §15. */
const refusals: { from: number; to: number; says: string; hint?: string; retry: RetryVerdict }[] = [
  { from: 403, to: 403, says: 'it is forbidden there', hint: byPolicy, retry: 'once-repaired' },
  { from: 405, to: 405, says: 'it takes no CONNECT', hint: byPolicy, retry: 'once-repaired' },
  { from: 408, to: 408, says: 'it waited too long', retry: 'soon' },
  { from: 429, to: 429, says: 'it limits the rate', retry: 'soon' },
  { from: 502, to: 502, says: 'it could not reach the host', retry: 'soon' },
  { from: 503, to: 503, says: 'it could not reach the host, or is overloaded', retry: 'soon' },
  { from: 504, to: 504, says: 'the host did not answer it in time', retry: 'soon' },
  { from: 500, to: 599, says: 'it failed', retry: 'soon' },
  { from: 100, to: 999, says: 'it refused', hint: byPolicy, retry: 'once-repaired' },
];

function refusalFor(proxy: ProxyAddress, status: number): Refusal {
  if (status === 407) return unauthorized(proxy);
  const row = refusals.find(({ from, to }) => status >= from && status <= to);
  return { code: 'proxy-refused', ...row, says: `${row?.says ?? 'it refused'} (${status})` };
}

/**
 * Asks an HTTP proxy on an open socket for a tunnel, by CONNECT (RFC 9110 §9.3.6), after which the socket leads to the
 * destination.
 * @throws TielineError `proxy-unauthorized` or `proxy-refused`, with the proxy's status in its details, and Node's
 *   errors when the socket breaks.
 */
export function openConnectTunnel(
  socket: Socket,
  proxy: ProxyAddress,
  destination: Destination,
): Promise<void> {
  const authority = authorityOf(destination);
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyHeaders(proxy) },
      createConnection: () => socket,
    });
    asked.on('error', (error) => {
      const isForeign = 'code' in error && String(error.code).startsWith('HPE_');
      reject(isForeign ? refusedBy(proxy, destination, foreign('HTTP')) : error);
    });
    asked.on('connect', ({ statusCode = 0 }, _socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        reject(refusedBy(proxy, destination, refusalFor(proxy, statusCode), { status: statusCode }));
        return;
      }
      // A host that speaks first may have spoken already.
      if (head.length > 0) socket.unshift(head);
      resolve();
    });
    asked.end();
  });
}
