import { describe, expect, it } from 'vitest';
import type { AuthScheme } from '../kit/http.ts';
import { Secret } from '../kit/secret.ts';
import { keepingLog, pem, startHttp, startServer, targetAt } from './fixtures/start-server.ts';

const bearer: AuthScheme = { type: 'bearer', token: new Secret('bearer-token-1') };
const get = { method: 'GET', url: '/x' } as const;
const post = { method: 'POST', url: '/x', json: { a: 1 } } as const;

describe('a request', () => {
  it('goes below the base URL with JSON, and its answer is read whole', async () => {
    const { origin, requests } = await startServer(() => ({
      status: 201,
      headers: { 'x-number': '7' },
      body: '{"ünï":"cöde"}',
    }));
    const answer = await startHttp()
      .aim(targetAt(`${origin}/jira`))
      .request(post);
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/jira/x', body: '{"a":1}' });
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(answer).toMatchObject({ status: 201, url: `${origin}/jira/x`, headers: { 'x-number': '7' } });
    expect(answer.json()).toEqual({ ünï: 'cöde' });
  });

  it.each([
    [{ type: 'none' }, undefined],
    [bearer, 'Bearer bearer-token-1'],
    [{ type: 'basic', username: 'mé', password: new Secret('pässword') }, 'Basic bcOpOnDDpHNzd29yZA=='],
    [{ type: 'header', name: 'Authorization', value: new Secret('own scheme') }, 'own scheme'],
  ] satisfies [AuthScheme, string | undefined][])('is authorised by %j', async (auth, expected) => {
    const { origin, requests } = await startServer(() => ({}));
    await startHttp().aim(targetAt(origin, { auth })).request(get);
    expect(requests[0]?.headers.authorization).toBe(expected);
  });

  it('takes no credentials to another host', async () => {
    const { origin, port, requests } = await startServer(() => ({}));
    const http = startHttp().aim(targetAt(origin, { auth: bearer }));
    await http.request({ method: 'GET', url: `http://elsewhere.test:${port}/x` });
    await http.request({ method: 'GET', url: `${origin}/y` });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer bearer-token-1',
    ]);
  });

  it('with a line break in its token is refused before it is sent', async () => {
    const { origin, requests } = await startServer(() => ({}));
    const auth: AuthScheme = { type: 'bearer', token: new Secret('bearer-token-1\n') };
    await expect(startHttp().aim(targetAt(origin, { auth })).request(get)).rejects.toMatchObject({
      code: 'request-invalid',
      message: 'The token of site holds a line break or another character that a header cannot carry',
    });
    expect(requests).toEqual([]);
  });

  it('resolves for a status that it accepts, and throws for others', async () => {
    const { origin } = await startServer(() => ({ status: 413, body: 'too much' }));
    const http = startHttp().aim(targetAt(origin));
    expect(await http.request({ ...post, accept: [413] })).toMatchObject({ status: 413, text: 'too much' });
    await expect(http.request(post)).rejects.toMatchObject({
      code: 'status-unexpected',
      retry: 'never',
      details: { status: 413, url: `${origin}/x`, answer: 'too much' },
    });
  });

  it('stops reading an answer that is larger than allowed, and goes on with the next', async () => {
    const { origin } = await startServer((_request, count) =>
      count > 1 ? {} : (response) => void response.writeHead(200).write('x'.repeat(2_000)),
    );
    const http = startHttp().aim(targetAt(origin, { limits: { maxAnswerBytes: 1_000 } }));
    await expect(http.request(get)).rejects.toMatchObject({ code: 'answer-too-large', retry: 'never' });
    expect((await http.request(get)).status).toBe(200);
  });

  it.each([
    ['text/html', '<html><form><input type="password"></form></html>', 'an HTML login page'],
    ['text/html', '<html><h1>It works</h1></html>', 'an HTML page'],
    ['text/plain', '<!DOCTYPE html><title>Sign in</title>', 'an HTML login page'],
    ['application/json', '', 'an empty body'],
    ['application/json', '{"half":', 'something else'],
  ])('says that %s %s is %s where JSON was expected', async (type, body, name) => {
    const { origin } = await startServer(() => ({ headers: { 'content-type': type }, body }));
    const answer = await startHttp().aim(targetAt(origin)).request(get);
    expect(() => answer.json()).toThrow(
      expect.objectContaining({
        code: 'answer-unexpected',
        message: `GET ${origin}/x answered 200 with ${name} where JSON was expected`,
      }),
    );
  });

  it('is refused after the factory was closed', async () => {
    const { origin } = await startServer(() => ({}));
    const http = startHttp();
    await http.close();
    await expect(http.aim(targetAt(origin)).request(get)).rejects.toMatchObject({ code: 'network-failed' });
  });

  it('stands between two points of the hook, without its query', async () => {
    const points: string[] = [];
    const { origin } = await startServer(() => ({ status: 500 }));
    const http = startHttp({ ioHook: (point) => void points.push(point) }).aim(targetAt(origin));
    await expect(http.request({ method: 'PUT', url: '/a/b?c=d' })).rejects.toThrow('answered 500');
    expect(points).toEqual(['http:PUT /a/b:before', 'http:PUT /a/b:after']);
  });
});

describe('a redirect', () => {
  it('of a read is followed three times on the same host, with the credentials', async () => {
    const { origin, requests } = await startServer((request) => {
      const step = Number(request.path.slice(1));
      return step < 3 ? { status: 302, headers: { location: `/${step + 1}` } } : {};
    });
    const answer = await startHttp()
      .aim(targetAt(origin, { auth: bearer }))
      .request({ method: 'GET', url: '/0' });
    expect(answer.url).toBe(`${origin}/3`);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(4).fill('Bearer bearer-token-1'),
    );
  });

  it('is refused the fourth time', async () => {
    const { origin, requests } = await startServer(() => ({ status: 301, headers: { location: '/x' } }));
    await expect(startHttp().aim(targetAt(origin)).request(get)).rejects.toMatchObject({
      code: 'redirect-refused',
    });
    expect(requests).toHaveLength(4);
  });

  it('is followed from http up to https on the same host', async () => {
    const secure = await startServer(() => ({ body: '{"secure":true}' }), 'localhost');
    const plain = await startServer(() => ({ status: 301, headers: { location: `${secure.origin}/y` } }));
    const target = targetAt(plain.origin, { auth: bearer, certificateAuthority: pem('authority') });
    const answer = await startHttp().aim(target).request(get);
    expect(answer.json()).toEqual({ secure: true });
    expect(secure.requests[0]?.headers.authorization).toBe('Bearer bearer-token-1');
  });

  it.each([
    ['another host', 'http://elsewhere.test/login'],
    ['another port', 'http://localhost:1/x'],
    ['a scheme that is not of the web', 'file:///etc/passwd'],
  ])('to %s is refused, naming the address', async (_what, location) => {
    const { origin } = await startServer(() => ({ status: 302, headers: { location } }));
    const failed = startHttp()
      .aim(targetAt(origin, { auth: bearer }))
      .request(get);
    await expect(failed).rejects.toThrow(location);
    await expect(failed).rejects.toMatchObject({ retry: 'never' });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    'of a %s is refused, naming the address',
    async (method) => {
      const { origin, requests } = await startServer(() => ({ status: 308, headers: { location: '/new' } }));
      await expect(startHttp().aim(targetAt(origin)).request({ method, url: '/x' })).rejects.toMatchObject({
        code: 'redirect-refused',
        retry: 'never',
        details: { status: 308, location: `${origin}/new` },
      });
      expect(requests).toHaveLength(1);
    },
  );
});

describe('a rate limit', () => {
  it('holds the next request back without asking, until its moment', async () => {
    let clock = new Date();
    const { origin, requests } = await startServer((_request, count) =>
      count > 1
        ? {}
        : { status: 429, headers: { 'retry-after': '30', 'ratelimit-reason': 'jira-quota-tenant-based' } },
    );
    const after = new Date(clock.getTime() + 30_000);
    const http = startHttp({ now: () => clock }).aim(targetAt(origin));
    const limited = {
      code: 'rate-limited',
      retry: { after },
      details: { reason: 'jira-quota-tenant-based' },
    };
    await expect(http.request(get)).rejects.toMatchObject({ ...limited, details: { status: 429 } });
    await expect(http.request(post)).rejects.toMatchObject(limited);
    expect(requests).toHaveLength(1);
    clock = after;
    expect((await http.request(get)).status).toBe(200);
  });
});

describe('secrets', () => {
  it('appear in no message, no detail and no log line', async () => {
    const { log, lines } = keepingLog();
    const { origin } = await startServer((request) => ({
      status: 400,
      body: `You sent ${request.headers.authorization} for hunter%2F2 to ${request.path}`,
    }));
    const auth: AuthScheme = { type: 'basic', username: 'me', password: new Secret('hunter/2') };
    const http = startHttp({ log });
    const failed = http
      .aim(targetAt(origin, { auth }))
      .request({ method: 'GET', url: '/hunter%2F2?token=t0k3n&a=b' });
    const error = await failed.catch((thrown) => thrown);
    expect(error.details.answer).toMatch(/^You sent Basic \[secret\] for \[secret\] to \/\[secret\]/);
    expect(error.message).toContain(`${origin}/[secret]?token=[secret]&a=b`);
    const written = [error.message, error.details.url, ...lines].join('\n');
    expect(written).not.toMatch(/hunter|t0k3n/);
    expect(lines).toHaveLength(1);
    expect(http.redact('hunter/2')).toBe('[secret]');
  });
});
