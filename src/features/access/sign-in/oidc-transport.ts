import type { ClientAuth, CustomFetch } from 'openid-client';
import type { HttpFactory, HttpRequest } from '../../../kit/http.ts';
import type { OidcSettings } from './settings.ts';

/** Error statuses with a body that OpenID Connect gives a meaning to; every other one is thrown as what it is. */
const readable = [400, 401, 403];
const methods: HttpRequest['method'][] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Somebody waits for the page. */
const limits = { connectTimeoutMs: 5_000, headersTimeoutMs: 10_000, bodyTimeoutMs: 10_000 };

/**
 * The hub's own way out in the shape that openid-client asks for, so that the deny list, time-outs and redaction hold.
 * The client's secret never comes here: a form that is posted is authorised by the way out itself.
 */
export function createOidcTransport(http: HttpFactory, settings: OidcSettings): CustomFetch {
  const { clientId, clientSecret, allowAddresses } = settings;
  const basic =
    clientSecret === undefined
      ? { type: 'none' as const }
      : { type: 'basic' as const, username: formEncode(clientId), password: clientSecret };
  return async (url, { method, headers, body, signal }) => {
    const known = methods.find((candidate) => candidate === method);
    if (known === undefined) throw new TypeError(`openid-client sends ${method}`);
    const auth = body instanceof URLSearchParams ? basic : { type: 'none' as const };
    const client = http.aim({
      name: 'openid-connect',
      baseUrl: new URL(url).origin,
      auth,
      allowAddresses,
      limits,
    });
    const answer = await client.request({
      method: known,
      url,
      headers: plainHeaders(headers),
      body: textOf(body),
      accept: readable,
      signal,
    });
    // A Response refuses a body with these.
    const hasBody = ![204, 205, 304].includes(answer.status);
    return new Response(hasBody ? answer.text : null, { status: answer.status, headers: answer.headers });
  };
}

/** Adds nothing: the transport authorises, or PKCE alone does. A public client is known by its id. */
export function createClientAuth({ clientId, clientSecret }: OidcSettings): ClientAuth {
  return (_server, _client, body) => {
    if (clientSecret === undefined) body.set('client_id', clientId);
  };
}

/** As RFC 6749 §2.3.1 wants the parts of HTTP Basic. */
const formEncode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);

/** Content-encoding and its like are the wire's own matter. */
const plainHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function textOf(body: Parameters<CustomFetch>[1]['body']): string | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString();
  throw new TypeError('openid-client sends a body that is no text');
}
