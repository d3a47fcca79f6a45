import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { TielineError } from '../kit/errors.ts';

/**
 * The authorities that Node trusts here, NODE_EXTRA_CA_CERTS among them, and those of the PEM.
 * @throws TielineError `tls-failed` when the PEM holds no certificate.
 */
export function trustAlso(pem: string, targetName: string): SecureContext {
  const refused = (cause?: unknown) =>
    new TielineError('tls-failed', `The certificate authority of ${targetName} is not a PEM certificate`, {
      hint: 'Give the whole text, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
      retry: 'once-repaired',
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
