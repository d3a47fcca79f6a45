import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { TielineError } from '../kit/errors.ts';

/** SHA-256 fingerprints in lower-case hex. */
export type Pins = ReadonlySet<string>;

/** Chains are three or four long; a loop in what the other side sends must end. */
const longestChain = 10;

const plain = (fingerprint: string) => fingerprint.replaceAll(':', '').toLowerCase();

/**
 * Reads fingerprints as people copy them from a browser or from `openssl x509 -fingerprint -sha256`.
 * @throws TielineError `request-invalid` for what is not 32 bytes in hex.
 */
export function parsePins(texts: readonly string[], targetName: string): Pins {
  const pins = texts.map((text) => plain(text.trim().replace(/^sha256 fingerprint=|^sha-?256:/i, '')));
  const wrong = texts.find((_text, index) => !/^[0-9a-f]{64}$/.test(pins[index] ?? ''));
  if (wrong === undefined) return new Set(pins);
  throw new TielineError(
    'request-invalid',
    `pinnedCertificates of ${targetName} holds "${wrong}", which is not a SHA-256 fingerprint`,
    { hint: 'Take it from "openssl x509 -noout -fingerprint -sha256 -in certificate.pem": 64 hex digits.' },
  );
}

/** Throws `tls-pin-mismatch` for a plain URL: who shows no certificate cannot show a pinned one. */
export function refusePlain(url: URL): void {
  if (url.protocol === 'https:') return;
  throw new TielineError('tls-pin-mismatch', `${url.host} is called by http, where no certificate is shown`, {
    hint: 'Use the https address, or remove "pinnedCertificates" from the connection.',
  });
}

/** TLS to a host that must show a pinned certificate: the check comes between the handshake and the first byte of a request. */
export function pinnedConnector(options: buildConnector.BuildOptions, pins: Pins): buildConnector.connector {
  const connect = buildConnector({
    ...options,
    // The check below decides instead, for a pinned certificate may be self-signed.
    rejectUnauthorized: false,
    // A resumed session shows no chain.
    maxCachedSessions: 0,
  });
  return (target, callback) => {
    connect(target, (error, socket) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      const refusal = socket instanceof TLSSocket ? findRefusal(socket, target.hostname, pins) : undefined;
      if (refusal === undefined) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(refusal, null);
    });
  };
}

/**
 * A pinned certificate of the host itself is trusted by its pin, within its time and for its names. A pinned authority
 * must have signed the chain, and the chain must be good without the pin, too.
 */
function findRefusal(socket: TLSSocket, host: string, pins: Pins): Error | undefined {
  const shown = socket.getPeerCertificate(true);
  if (shown.raw === undefined) {
    return new TielineError('tls-pin-mismatch', `${host} showed no certificate, and one is pinned`);
  }
  const leaf = new X509Certificate(shown.raw);
  const isPinned = (certificate: X509Certificate) => pins.has(plain(certificate.fingerprint256));
  if (isPinned(leaf)) return findOutOfTime(leaf) ?? checkServerIdentity(host, shown);
  if (!authoritiesOf(shown).some(isPinned)) return mismatch(host, leaf);
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  return checkServerIdentity(host, shown) ?? Object.assign(new Error(code), { code });
}

function mismatch(host: string, { fingerprint256, subject }: X509Certificate): TielineError {
  return new TielineError(
    'tls-pin-mismatch',
    `The certificate of ${host} has the SHA-256 fingerprint ${fingerprint256}; neither it nor an authority in its chain is pinned`,
    { details: { fingerprint: fingerprint256, subject: subject.slice(0, 200) } },
  );
}

function findOutOfTime({ validFromDate, validToDate }: X509Certificate): Error | undefined {
  const now = new Date();
  if (now < validFromDate) return Object.assign(new Error('not yet valid'), { code: 'CERT_NOT_YET_VALID' });
  if (now > validToDate) return Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' });
  return undefined;
}

/**
 * The authorities above a certificate, as far as each has truly signed what stands below it: the other side sends the
 * chain, and could put any known authority into it.
 */
function authoritiesOf(shown: DetailedPeerCertificate): X509Certificate[] {
  const authorities: X509Certificate[] = [];
  let below = new X509Certificate(shown.raw);
  let next: DetailedPeerCertificate | undefined = shown.issuerCertificate;
  while (next?.raw !== undefined && authorities.length < longestChain) {
    const authority = new X509Certificate(next.raw);
    const hasSigned = authority.ca && below.checkIssued(authority) && below.verify(authority.publicKey);
    if (!hasSigned || authority.fingerprint256 === below.fingerprint256) break;
    authorities.push(authority);
    below = authority;
    next = next.issuerCertificate;
  }
  return authorities;
}
