import { createHmac } from 'node:crypto';
import type { Edition } from '../edition.ts';
import type { World } from '../world.ts';
import type { Happening } from './delivery.ts';

/** The header of a webhook with a secret: HMAC over the bytes of the body (https://www.w3.org/TR/websub/#signature). */
export const signatureOf = (secret: string, body: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** What an app's webhook bears: a token (RFC 7519) signed with the app's own client secret. */
export function appToken(world: World, clientId: string): string {
  const app = world.seed.oauthApps.find((one) => one.clientId === clientId);
  if (app === undefined) throw new Error(`no app ${clientId}`);
  const iat = Math.floor(world.now().getTime() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const told = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: clientId, iat, exp: iat + 180 })}`;
  return `${told}.${createHmac('sha256', app.clientSecret).update(told).digest('base64url')}`;
}

/** The address of a delivery: with its variables, and on some versions with who did it. */
export function urlFor(
  { variable, addsUser }: Edition['delivery'],
  given: string,
  { variables, by }: Pick<Happening, 'variables' | 'by'>,
): string {
  const url = given.replace(variable, (whole, name: string) => {
    const value = variables[name];
    return value === undefined ? whole : encodeURIComponent(value);
  });
  if (!addsUser || by === undefined) return url;
  const user = `user_id=${encodeURIComponent(by.id)}&user_key=${encodeURIComponent(by.key)}`;
  return `${url}${url.includes('?') ? '&' : '?'}${user}`;
}
