import { describe, expect, it } from 'vitest';
import type { AuthScheme } from '../kit/http.ts';
import { clearText, Secret } from '../kit/secret.ts';
import { type Received, startHttp, startServer, targetAt } from './fixtures/start-server.ts';
import { memoryTokenStore } from './memory-stores.ts';

const get = { method: 'GET', url: '/x' } as const;
type Encoding = 'json' | 'form';

/** A site that takes the tokens which its token endpoint gave out and that were not revoked since. */
async function startSite(life: unknown = 900) {
  const valid = new Set<string>();
  let issued = 0;
  const issue = () => {
    issued += 1;
    valid.add(`Bearer access-token-${issued}`);
    return { body: JSON.stringify({ access_token: `access-token-${issued}`, expires_in: life }) };
  };
  const isTokenRequest = ({ path }: Received) => path === '/oauth/token';
  const { origin, requests } = await startServer((request) => {
    if (isTokenRequest(request)) return issue();
    return valid.has(request.headers.authorization ?? '') ? {} : { status: 401 };
  });
  return {
    origin,
    revokeAll: () => valid.clear(),
    tokenRequests: () => requests.filter(isTokenRequest),
    used: () => requests.filter((one) => !isTokenRequest(one)).map(({ headers }) => headers.authorization),
  };
}

const credentials = (
  origin: string,
  encoding: Encoding = 'json',
  clientSecret = 'client-secret-1',
): AuthScheme => ({
  type: 'oauthClientCredentials',
  tokenUrl: `${origin}/oauth/token`,
  clientId: 'client-1',
  clientSecret: new Secret(clientSecret),
  audience: 'api.example',
  encoding,
});

describe('OAuth client credentials', () => {
  it.each([
    [
      'json',
      '{"grant_type":"client_credentials","client_id":"client-1","client_secret":"client-secret-1","audience":"api.example"}',
    ],
    [
      'form',
      'grant_type=client_credentials&client_id=client-1&client_secret=client-secret-1&audience=api.example',
    ],
  ] satisfies [Encoding, string][])('are sent as %s', async (encoding, body) => {
    const site = await startSite();
    await startHttp()
      .aim(targetAt(site.origin, { auth: credentials(site.origin, encoding) }))
      .request(get);
    expect(site.tokenRequests()[0]?.body).toBe(body);
    expect(site.tokenRequests()[0]?.headers['content-type']).toContain(encoding);
    expect(site.used()).toEqual(['Bearer access-token-1']);
  });

  it('fetch one token for many requests at once', async () => {
    const site = await startSite();
    const http = startHttp().aim(targetAt(site.origin, { auth: credentials(site.origin) }));
    await Promise.all(Array.from({ length: 20 }, () => http.request(get)));
    await http.request(get);
    expect(site.tokenRequests()).toHaveLength(1);
  });

  it.each([
    { life: 900, usableMs: 840_000 },
    { life: '100', usableMs: 90_000 },
    { life: undefined, usableMs: 270_000 },
  ])('renew a token of $life seconds after $usableMs ms', async ({ life, usableMs }) => {
    const site = await startSite(life ?? null);
    let clock = new Date('2026-03-02T10:00:00Z');
    const http = startHttp({ now: () => clock }).aim(
      targetAt(site.origin, { auth: credentials(site.origin) }),
    );
    await http.request(get);
    clock = new Date(clock.getTime() + usableMs - 1);
    await http.request(get);
    expect(site.tokenRequests()).toHaveLength(1);
    clock = new Date(clock.getTime() + 1);
    await http.request(get);
    expect(site.tokenRequests()).toHaveLength(2);
  });

  it('are asked again, once, when a token is refused early', async () => {
    const site = await startSite();
    const http = startHttp().aim(targetAt(site.origin, { auth: credentials(site.origin) }));
    await http.request(get);
    site.revokeAll();
    expect((await http.request({ method: 'POST', url: '/x', json: {} })).status).toBe(200);
    expect(site.used().slice(1)).toEqual(['Bearer access-token-1', 'Bearer access-token-2']);
  });

  it('end in an error when the fresh token is refused too', async () => {
    const { origin, requests } = await startServer(({ path }) =>
      path === '/oauth/token'
        ? { body: '{"access_token":"access-token-1"}' }
        : { status: 401, body: 'not access-token-1' },
    );
    await expect(
      startHttp()
        .aim(targetAt(origin, { auth: credentials(origin) }))
        .request(get),
    ).rejects.toMatchObject({
      code: 'remote-unauthorized',
      retry: 'once-repaired',
      details: { answer: 'not [secret]' },
    });
    expect(requests).toHaveLength(4);
  });

  it('never hide behind the token of other credentials', async () => {
    const tokens = memoryTokenStore();
    const { origin, requests } = await startServer(({ body, path }) =>
      path === '/oauth/token' && !body.includes('client-secret-1')
        ? { status: 401, body: '{"error":"access_denied","error_description":"Unauthorized"}' }
        : { body: '{"access_token":"access-token-1"}' },
    );
    const http = startHttp({ tokens });
    await http.aim(targetAt(origin, { auth: credentials(origin) })).request(get);
    const wrong = http
      .aim(targetAt(origin, { auth: credentials(origin, 'json', 'client-secret-2') }))
      .request(get);
    await expect(wrong).rejects.toMatchObject({
      code: 'remote-unauthorized',
      retry: 'once-repaired',
      message: `${origin}/oauth/token answered 401: client id or secret refused (access_denied)`,
    });
    expect(requests).toHaveLength(3);
  });

  it('keep the token in the store, for other replicas', async () => {
    const site = await startSite();
    const tokens = memoryTokenStore();
    const put = new Map<string, string>();
    const watched = {
      ...tokens,
      put: async (key: string, token: Parameters<typeof tokens.put>[1]) => {
        put.set(key, clearText(token.token));
        await tokens.put(key, token);
      },
    };
    const target = targetAt(site.origin, { auth: credentials(site.origin) });
    await startHttp({ tokens: watched }).aim(target).request(get);
    await startHttp({ tokens: watched }).aim(target).request(get);
    expect([...put.values()]).toEqual(['access-token-1']);
    expect([...put.keys()].join()).not.toContain('client-secret-1');
    expect(site.tokenRequests()).toHaveLength(1);
  });

  it.each([
    [
      400,
      '{"error":"invalid_client"}',
      'remote-unauthorized',
      'client id or secret refused (invalid_client)',
    ],
    [400, '{"error":"invalid_scope"}', 'remote-unauthorized', 'scope refused (invalid_scope)'],
    [400, '{"error":"invalid_request"}', 'remote-unauthorized', 'token request refused (invalid_request)'],
    [403, '<html>no</html>', 'remote-unauthorized', 'client id or secret refused'],
    [429, '', 'rate-limited', 'answered 429'],
    [500, '', 'remote-failed', 'answered 500'],
    [302, '', 'redirect-refused', 'was redirected'],
    [200, '<html>Sign in</html>', 'answer-unexpected', 'an HTML login page'],
    [200, '{"token":"another-name"}', 'answer-unexpected', 'without an access_token'],
  ])('answered by %i %s are %s', async (status, body, code, message) => {
    const { origin, requests } = await startServer(() => ({ status, body, headers: { location: '/login' } }));
    const failed = startHttp()
      .aim(targetAt(origin, { auth: credentials(origin) }))
      .request(get);
    await expect(failed).rejects.toMatchObject({ code });
    await expect(failed).rejects.toThrow(message);
    expect(requests).toHaveLength(1);
  });
});
