import { type CatalogueEntry, entry } from './entry.ts';

/** Reaching the outside. */
export const outsideErrors = {
  'network-failed': entry(
    502,
    'soon',
    'The other side could not be reached',
    'Check the address, the network and the firewall between here and there.',
  ),
  'name-unresolved': entry(
    502,
    'soon',
    'The host name could not be resolved',
    'Check the host name and the DNS server of this machine.',
  ),
  'tls-failed': entry(
    502,
    'soon',
    'The TLS connection was refused',
    'Check the certificate of the other side; a private CA must be given on the connection.',
  ),
  'tls-pin-mismatch': entry(
    502,
    'once-repaired',
    'The certificate is none of the pinned ones',
    'If the certificate was renewed on purpose, pin its new fingerprint; else somebody may be listening in.',
  ),
  'proxy-unreachable': entry(
    502,
    'soon',
    'The proxy could not be reached',
    'Check the address of the proxy in the connection, and whether the proxy runs.',
  ),
  'proxy-refused': entry(
    502,
    'soon',
    'The proxy refused to connect',
    'Let the proxy connect to the host and port that the message names.',
  ),
  'proxy-unauthorized': entry(
    502,
    'once-repaired',
    'The proxy refused the credentials',
    'Check the user name and the password of the proxy in the connection.',
  ),
  'request-timed-out': entry(
    504,
    'soon',
    'The other side did not answer in time',
    'Check whether the other side is slow, or raise the time-out.',
  ),
  'address-denied': entry(
    403,
    'never',
    'The address may not be called',
    'Private, link-local and metadata addresses are denied unless the connection allows them.',
  ),
  'redirect-refused': entry(
    502,
    'never',
    'The other side redirected the request',
    'Use the address that the message names.',
  ),
  'answer-too-large': entry(
    502,
    'never',
    'The answer is larger than allowed',
    'Ask for less, or raise the limit.',
  ),
  'answer-unexpected': entry(
    502,
    'never',
    'The answer is not what the product sends',
    'Check that the address leads to the product itself, not to a login page or a proxy.',
  ),
  'status-unexpected': entry(
    502,
    'never',
    'The other side answered with an error status',
    'Check the address that the message names. Of a delivery the whole answer is kept.',
  ),
  'remote-failed': entry(
    502,
    'soon',
    'The other side failed',
    'It is tried again; see the status page of the product if it lasts.',
  ),
  'rate-limited': entry(
    429,
    'soon',
    'The other side limits the rate',
    'It is tried again when the limit allows.',
  ),
  'remote-unauthorized': entry(
    502,
    'once-repaired',
    'The other side refused the credentials',
    'Check the credentials of the connection; press Test.',
  ),
  'authorization-missing': entry(
    422,
    'once-repaired',
    'Nobody has authorised this connection yet',
    'Save the connection and press Authorise on it, as the user in whose name it is to act.',
  ),
  'authorization-lost': entry(
    502,
    'once-repaired',
    'The authorisation was taken back or has expired',
    'Press Authorise on the connection once more.',
  ),
  'remote-forbidden': entry(
    502,
    'never',
    'The other side refused permission',
    'Grant the permission that the message names to the account of the connection.',
  ),
} as const satisfies Record<string, CatalogueEntry>;
