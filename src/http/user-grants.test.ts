import { describe, expect, it } from 'vitest';
import type { AuthScheme, CodeRedemption } from '../kit/http.ts';
import { clearText, Secret } from '../kit/secret.ts';
import { client, redirectUri, startAuthorizationServer } from './fixtures/start-authorization-server.ts';
import { startConnectProxy } from './fixtures/start-proxy.ts';
import { keepingLog, startHttp, startServer, targetAt } from './fixtures/start-server.ts';
import { memoryGrantStore } from './memory-stores.ts';

const get = { method: 'GET', url: '/x' } as const;
const clientSecret = new Secret(client.clientSecret);

const redemption = (tokenUrl: string, code: string, more: Partial<CodeRedemption> = {}): CodeRedemption => ({
  name: 'site',
  allowAddresses: ['127.0.0.1/32'],
  tokenUrl,
  clientId: client.clientId,
  clientSecret,
  code: new Secret(code),
  redirectUri,
  ...more,
});

const oauth = (tokenUrl: string, secret = clientSecret): AuthScheme => ({
  type: 'oauthGrant',
  tokenUrl,
  clientId: client.clientId,
  clientSecret: secret,
  grant: 'connection-1',
});

type ServerOptions = Parameters<typeof startAuthorizationServer>[0];

/** A site to which a user has consented, a clock, and a client that stands on the grant. */
async function startGranted(options?: ServerOptions) {
  const site = await startAuthorizationServer(options);
  const grants = memoryGrantStore();
  const clock = { now: new Date('2026-03-02T10:00:00Z') };
  const http = startHttp({ grants, now: () => clock.now });
  await grants.put('connection-1', await http.redeem(redemption(site.tokenUrl, site.consent())));
  const aimed = http.aim(targetAt(site.origin, { auth: oauth(site.tokenUrl) }));
  const passHours = (hours: number) => {
    clock.now = new Date(clock.now.getTime() + hours * 3_600_000);
  };
  return { site, grants, http, aimed, passHours };
}

describe('a code', () => {
  it('is exchanged for a grant, with its verifier', async () => {
    const site = await startAuthorizationServer();
    const http = startHttp({ now: () => new Date('2026-03-02T10:00:00Z') });
    const codeVerifier = new Secret('verifier-1');
    const grant = await http.redeem(redemption(site.tokenUrl, site.consent('verifier-1'), { codeVerifier }));
    expect({ ...grant, texts: [clearText(grant.accessToken), clearText(grant.refreshToken)] }).toMatchObject({
      texts: ['access-token-1', 'refresh-token-1'],
      scopes: ['read:jira-work', 'offline_access'],
      // A minute before its end.
      expiresAt: new Date('2026-03-02T10:59:00Z'),
    });
  });

  it('goes by the proxy of its connection', async () => {
    const site = await startAuthorizationServer();
    const proxy = await startConnectProxy();
    await startHttp().redeem(redemption(site.tokenUrl, site.consent(), { proxy: { url: proxy.url } }));
    expect(proxy.asked).toEqual([`POST ${site.tokenUrl}`]);
  });

  it.each([
    ['spent', {}, 'authorization-lost', 'Start the authorisation again'],
    ['for another redirect URI', { redirectUri: 'https://x' }, 'authorization-lost', 'redirect URI'],
    ['of another client', { clientSecret: new Secret('wrong-1') }, 'remote-unauthorized', 'client secret'],
  ])('that is %s is refused, without a word of what is secret', async (why, wrong, code, hint) => {
    const site = await startAuthorizationServer();
    const { log, lines } = keepingLog();
    const http = startHttp({ log });
    const given = site.consent();
    if (why === 'spent') await http.redeem(redemption(site.tokenUrl, given));
    const error = await http.redeem(redemption(site.tokenUrl, given, wrong)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) });
    const said = `${error.message} ${JSON.stringify(error.details)} ${lines.join()}`;
    expect(said).not.toMatch(/authorization-code-|wrong-1|token-1/);
  });

  it('without offline_access gives no grant that would last', async () => {
    const { origin } = await startServer(() => ({ body: '{"access_token":"access-token-1"}' }));
    await expect(startHttp().redeem(redemption(`${origin}/oauth/token`, 'code-1'))).rejects.toMatchObject({
      code: 'answer-unexpected',
      hint: expect.stringContaining('offline_access'),
    });
  });
});

describe('a grant', () => {
  it('authorises requests, and is renewed with its refresh token before its end', async () => {
    const { site, grants, aimed, passHours } = await startGranted();
    await aimed.request(get);
    passHours(1);
    await aimed.request(get);
    passHours(1);
    await aimed.request(get);
    expect(site.used()).toEqual([1, 2, 3].map((number) => `Bearer access-token-${number}`));
    expect(site.exchanges).toEqual(['authorization_code', 'refresh_token', 'refresh_token']);
    const kept = await grants.find('connection-1');
    expect(kept && clearText(kept.refreshToken)).toBe('refresh-token-3');
  });

  it('is renewed once for many requests at once', async () => {
    const { site, aimed, passHours } = await startGranted();
    passHours(1);
    await Promise.all(Array.from({ length: 20 }, () => aimed.request(get)));
    expect(site.exchanges).toEqual(['authorization_code', 'refresh_token']);
  });

  it('is renewed once when its access token is refused early, by many at once', async () => {
    const { site, aimed } = await startGranted();
    site.endAccessTokens();
    await Promise.all(Array.from({ length: 5 }, () => aimed.request(get)));
    expect(site.exchanges).toEqual(['authorization_code', 'refresh_token']);
  });

  it('keeps the refresh token where the other side keeps it', async () => {
    const { site, aimed, passHours } = await startGranted({ keepsRefreshTokens: true });
    for (let hour = 0; hour < 3; hour += 1) {
      passHours(1);
      await aimed.request(get);
    }
    expect(site.used().at(-1)).toBe('Bearer access-token-4');
  });

  it('that is not there yet is an error of its own', async () => {
    const site = await startAuthorizationServer();
    const aimed = startHttp().aim(targetAt(site.origin, { auth: oauth(site.tokenUrl) }));
    for (const failed of [aimed.request(get), aimed.prepare?.()]) {
      await expect(failed).rejects.toMatchObject({
        code: 'authorization-missing',
        retry: 'once-repaired',
        message: 'Nobody has authorised this connection yet',
      });
    }
    expect(site.exchanges).toEqual([]);
  });

  it('that the user took back is an error of its own', async () => {
    const { site, aimed, passHours } = await startGranted();
    site.takeBack();
    passHours(1);
    await expect(aimed.request(get)).rejects.toMatchObject({
      code: 'authorization-lost',
      retry: 'once-repaired',
      message: `${site.tokenUrl} answered 403: the authorisation is no longer good (invalid_grant)`,
      hint: expect.stringContaining('must authorise the connection again'),
    });
    expect(site.used()).toEqual([]);
  });

  it('is not lost when the client secret is wrong', async () => {
    const { site, grants, http, passHours } = await startGranted();
    passHours(1);
    const wrong = oauth(site.tokenUrl, new Secret('wrong-1'));
    await expect(http.aim(targetAt(site.origin, { auth: wrong })).request(get)).rejects.toMatchObject({
      code: 'remote-unauthorized',
    });
    const right = http.aim(targetAt(site.origin, { auth: oauth(site.tokenUrl) }));
    expect((await right.request(get)).status).toBe(200);
    expect(await grants.find('connection-1')).toBeDefined();
  });

  it.each([
    [
      403,
      '{"error":"unauthorized_client","error_description":"refresh_token is invalid"}',
      'authorization-lost',
    ],
    [403, '{"error":"unauthorized_client","error_description":"no"}', 'remote-unauthorized'],
    [500, '', 'remote-failed'],
    [429, '', 'rate-limited'],
    [200, '{}', 'answer-unexpected'],
  ])('whose renewal is answered by %i %s is %s, and kept', async (status, body, code) => {
    const { grants, passHours, http } = await startGranted();
    const other = await startServer(() => ({ status, body }));
    passHours(1);
    const aimed = http.aim(targetAt(other.origin, { auth: oauth(`${other.origin}/oauth/token`) }));
    await expect(aimed.request(get)).rejects.toMatchObject({ code });
    const kept = await grants.find('connection-1');
    expect(kept && clearText(kept.refreshToken)).toBe('refresh-token-1');
  });

  it('shows its tokens in no message and no log line', async () => {
    const { http, aimed } = await startGranted();
    await aimed.request(get);
    expect(http.redact('access-token-1 refresh-token-1')).toBe('[secret] [secret]');
  });
});
