import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Hook, HookSignature } from '../kit/code-host.ts';
import { clearText, type Secret } from '../kit/secret.ts';

/**
 * Whether a webhook is signed with one of the secrets: several while one takes the place of another. Compared in
 * constant time, on the raw body. An empty secret signs nothing. RFC 2104 for the HMAC.
 */
export function isSigned(
  signature: HookSignature,
  hook: Pick<Hook, 'headers' | 'body'>,
  secrets: Secret[],
): boolean {
  if (signature.type === 'secretUrl') return true;
  const keys = secrets.map(clearText).filter((key) => key !== '');
  if (signature.type === 'token') {
    const given = hook.headers[signature.header];
    return given !== undefined && keys.some((key) => areEqual(Buffer.from(given), Buffer.from(key)));
  }
  return signature.headers.some(({ name, prefix }) => {
    const given = hook.headers[name];
    if (given === undefined || !given.startsWith(prefix)) return false;
    const digest = given.slice(prefix.length);
    if (!/^[0-9a-f]{64}$/i.test(digest)) return false;
    return keys.some((key) =>
      areEqual(Buffer.from(digest, 'hex'), createHmac('sha256', key).update(hook.body).digest()),
    );
  });
}

/**
 * The headers by which a webhook of ours shows that it was signed with the secret, as GitHub's do: SHA-256, and SHA-1 for
 * older receivers. https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
export function signHook(secret: Secret, body: string): Record<string, string> {
  const digest = (algorithm: string) => createHmac(algorithm, clearText(secret)).update(body).digest('hex');
  return { 'x-hub-signature': `sha1=${digest('sha1')}`, 'x-hub-signature-256': `sha256=${digest('sha256')}` };
}

function areEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
