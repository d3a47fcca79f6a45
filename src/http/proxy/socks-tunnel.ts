import { isIPv4, isIPv6, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { TielineError } from '../../kit/errors.ts';
import type { ProxyAddress } from './proxy-address.ts';
import { type Destination, foreign, type Refusal, refusedBy, unauthorized } from './refusals.ts';

/** Numbers of RFC 1928 and, for `passwordVersion`, RFC 1929. */
const version = 5;
const methods = { none: 0, password: 2, noneAcceptable: 0xff };
const passwordVersion = 1;
const connectCommand = 1;
const addressTypes = { ipv4: 1, name: 3, ipv6: 4 };

const byRules =
  "Ask the proxy's administrator to let it connect to the host and port that the message names.";

/** The replies of RFC 1928 §6. */
const replies: Record<number, Omit<Refusal, 'code'>> = {
  1: { says: 'it failed' },
  2: { says: 'its rules forbid it', hint: byRules, retry: 'once-repaired' },
  3: { says: 'the network cannot be reached from there' },
  4: { says: 'the host cannot be reached or resolved from there' },
  5: { says: 'the host refused the connection' },
  6: { says: 'the host is too far away (TTL expired)' },
  7: { says: 'it does not take the command CONNECT', hint: byRules, retry: 'once-repaired' },
  8: { says: 'it does not take this type of address', hint: byRules, retry: 'once-repaired' },
};

/** Reads a socket piece by piece. */
interface Reader {
  /** Exactly so many bytes. Throws when the socket ends before. */
  read(size: number): Promise<Buffer>;
  /** Puts back what came beyond, for TLS or HTTP to read. */
  putBack(): void;
}

function createReader(socket: Socket): Reader {
  let come = Buffer.alloc(0);
  return {
    async read(size) {
      while (come.length < size) {
        // All there is: to wait for more while some is left would be told at once, again and again.
        const bytes: unknown = socket.read();
        if (Buffer.isBuffer(bytes)) come = Buffer.concat([come, bytes]);
        else if (socket.readableEnded || socket.destroyed) throw socket.errored ?? closedEarly();
        else await readableOrOver(socket);
      }
      const wanted = come.subarray(0, size);
      come = come.subarray(size);
      return wanted;
    },
    putBack() {
      if (come.length > 0) socket.unshift(come);
    },
  };
}

const closedEarly = () =>
  Object.assign(new Error('the proxy closed the connection'), { code: 'UND_ERR_SOCKET' });

function readableOrOver(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close', 'error'];
    const done = () => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}

function addressBytes(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from([addressTypes.ipv4, ...ipaddr.parse(host).toByteArray()]);
  if (isIPv6(host)) return Buffer.from([addressTypes.ipv6, ...ipaddr.parse(host).toByteArray()]);
  const name = Buffer.from(host);
  if (name.length > 255) {
    throw new TielineError('request-invalid', `The host name ${host} is longer than 255 bytes`);
  }
  return Buffer.concat([Buffer.from([addressTypes.name, name.length]), name]);
}

/** RFC 1929: the user name and the password, each counted in one byte. */
function passwordBytes({ username, password }: { username: string; password: string }): Buffer {
  const parts = [Buffer.from(username), Buffer.from(password)];
  const counted = parts.flatMap((part) => [Buffer.from([part.length]), part]);
  return Buffer.concat([Buffer.from([passwordVersion]), ...counted]);
}

/** Reads the address to which the proxy bound itself: of no use, but it stands before what the host sends. */
async function skipBoundAddress({ read }: Reader, type: number): Promise<void> {
  const sizes: Record<number, number> = { [addressTypes.ipv4]: 4, [addressTypes.ipv6]: 16 };
  const size = sizes[type] ?? (await read(1)).readUInt8();
  await read(size + 2);
}

/**
 * Asks a SOCKS5 proxy on an open socket for a tunnel (RFC 1928; user name and password by RFC 1929), after which the
 * socket leads to the destination. A name is sent as a name: the proxy resolves it. undici's own SOCKS5 agent is not
 * used: it is experimental, hangs when the proxy hangs up, and drops what the host sends first.
 * @throws TielineError `proxy-unauthorized` or `proxy-refused`, with the proxy's reply in its details, and Node's
 *   errors when the socket breaks.
 */
export async function openSocksTunnel(
  socket: Socket,
  proxy: ProxyAddress,
  destination: Destination,
): Promise<void> {
  const { credentials } = proxy;
  const reader = createReader(socket);
  const refused = (refusal: Refusal, details?: Record<string, unknown>) =>
    refusedBy(proxy, destination, refusal, details);

  const offered = credentials === undefined ? [methods.none] : [methods.none, methods.password];
  socket.write(Buffer.from([version, offered.length, ...offered]));
  const [spoken, method] = await reader.read(2);
  if (spoken !== version) throw refused(foreign('SOCKS5'));
  if (method === methods.password && credentials !== undefined) {
    socket.write(passwordBytes(credentials));
    const [, status] = await reader.read(2);
    if (status !== 0) throw refused(unauthorized(proxy));
  } else if (method !== methods.none) {
    throw refused(unauthorized(proxy), { method });
  }

  const port = Buffer.alloc(2);
  port.writeUInt16BE(destination.port);
  socket.write(
    Buffer.concat([Buffer.from([version, connectCommand, 0]), addressBytes(destination.host), port]),
  );
  const [replied, reply = 1, , type = 0] = await reader.read(4);
  if (replied !== version) throw refused(foreign('SOCKS5'));
  if (reply !== 0) {
    const known = replies[reply] ?? { says: `it refused with the reply ${reply}` };
    throw refused({ code: 'proxy-refused', ...known }, { reply });
  }
  await skipBoundAddress(reader, type);
  reader.putBack();
}
