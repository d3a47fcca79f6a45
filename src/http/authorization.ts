import { TielineError } from '../kit/errors.ts';
import type { AuthScheme, HttpProxy } from '../kit/http.ts';
import { clearText, type Secret } from '../kit/secret.ts';

/** A scheme whose access tokens end and are renewed. */
export type RenewedScheme = Extract<AuthScheme, { type: 'oauthClientCredentials' | 'oauthGrant' }>;
type FixedScheme = Exclude<AuthScheme, RenewedScheme>;

export const isRenewed = (auth: AuthScheme): auth is RenewedScheme =>
  auth.type === 'oauthClientCredentials' || auth.type === 'oauthGrant';

const pairOf = (username: string, password: Secret) =>
  Buffer.from(`${username}:${clearText(password)}`).toString('base64');

/** The headers of a scheme whose credentials do not change. RFC 7617 for basic, RFC 6750 for bearer. */
export function authorizationHeaders(auth: FixedScheme, targetName: string): Record<string, string> {
  switch (auth.type) {
    case 'none':
      return {};
    case 'basic':
      return { authorization: `Basic ${pairOf(auth.username, auth.password)}` };
    case 'bearer':
      return { authorization: `Bearer ${sendable(clearText(auth.token), 'token', targetName)}` };
    case 'header':
      return { [auth.name.toLowerCase()]: sendable(clearText(auth.value), auth.name, targetName) };
  }
}

/** Every text by which a scheme could be used by whoever reads it: what redaction must know. */
export function secretTexts(auth: AuthScheme): string[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'basic':
      return [clearText(auth.password), pairOf(auth.username, auth.password)];
    case 'bearer':
      return [clearText(auth.token)];
    case 'header':
      return [clearText(auth.value)];
    case 'oauthClientCredentials':
    case 'oauthGrant':
      return [clearText(auth.clientSecret)];
  }
}

/** The same for a proxy, to which RFC 7617 goes as it goes to a host. */
export function proxySecretTexts({ username = '', password }: HttpProxy): string[] {
  return password === undefined ? [] : [clearText(password), pairOf(username, password)];
}

/** A token pasted with its line break is the commonest of wrong secrets; the wire would refuse it less clearly. */
function sendable(text: string, what: string, targetName: string): string {
  if (!/[^\t\x20-\x7e]/.test(text)) return text;
  throw new TielineError(
    'request-invalid',
    `The ${what} of ${targetName} holds a line break or another character that a header cannot carry`,
    { hint: 'Store the secret again, without line breaks or spaces around it.' },
  );
}
