import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpProxy, HttpTarget } from '../../kit/http.ts';
import { Secret } from '../../kit/secret.ts';
import { listening, startConnectProxy } from '../fixtures/start-proxy.ts';
import { keepingLog, pem, startHttp, startServer, targetAt } from '../fixtures/start-server.ts';
import { startSocksProxy } from '../fixtures/start-socks.ts';

const get = { method: 'GET', url: '/x?y=z' } as const;
const authority = { certificateAuthority: pem('authority') };
const password = new Secret('pröxy:pass/1');
const credentials = { username: 'mé', password };

/** Finds only the proxy: whatever else is asked for here was not left to it. */
const resolveName = async (hostname: string) => {
  if (hostname !== 'localhost') throw Object.assign(new Error(hostname), { code: 'ENOTFOUND' });
  return [{ address: '127.0.0.1', family: 4 }];
};

const by = (proxy: HttpProxy, target: Partial<HttpTarget> = {}) => ({ proxy, ...target });

describe('an HTTP proxy', () => {
  it('tunnels to an https host, which alone sees the request and the credentials', async () => {
    const { origin, port, requests } = await startServer(() => ({ body: '{"far":true}' }), 'localhost');
    const proxy = await startConnectProxy({ credentials: 'mé:pröxy:pass/1' });
    const auth = { type: 'bearer', token: new Secret('bearer-token-1') } as const;
    const http = startHttp({ resolveName }).aim(
      targetAt(origin, by({ url: proxy.url, ...credentials }, { ...authority, auth })),
    );
    expect((await http.request({ method: 'POST', url: '/x', json: { a: 1 } })).json()).toEqual({ far: true });
    expect(requests).toMatchObject([{ path: '/x', body: '{"a":1}', headers: { host: `localhost:${port}` } }]);
    expect(requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(proxy.asked).toEqual([`CONNECT localhost:${port}`]);
  });

  it('takes a plain request whole, and finds the name by itself', async () => {
    const { port, requests } = await startServer(() => ({}));
    const proxy = await startConnectProxy({ credentials: 'mé:pröxy:pass/1' });
    const target = targetAt(`http://inside.test:${port}`, by({ url: proxy.url, ...credentials }));
    await startHttp({ resolveName }).aim(target).request(get);
    expect(proxy.asked).toEqual([`GET http://inside.test:${port}/x?y=z`]);
    expect(requests).toMatchObject([{ path: '/x?y=z', headers: { host: `inside.test:${port}` } }]);
    expect(requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('may speak TLS itself, by an authority of its own', async () => {
    const { origin, requests } = await startServer(() => ({}), 'localhost');
    const proxy = await startConnectProxy({ certificate: 'self-signed' });
    const both = { certificateAuthority: `${pem('authority')}\n${pem('self-signed')}` };
    const aim = (trust: object) =>
      startHttp({ resolveName }).aim(targetAt(origin, by({ url: proxy.url }, trust)));
    await aim(both).request(get);
    expect(requests).toHaveLength(1);
    await expect(aim(authority).request(get)).rejects.toMatchObject({
      code: 'proxy-unreachable',
      retry: 'once-repaired',
      message: expect.stringContaining('the certificate of localhost is self-signed'),
    });
  });

  it('does not excuse the certificate of the host', async () => {
    const { origin, requests } = await startServer(() => ({}), 'elsewhere');
    const proxy = await startConnectProxy();
    const target = targetAt(origin, by({ url: proxy.url }, authority));
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({ code: 'tls-failed' });
    expect(requests).toEqual([]);
  });

  it.each([
    [
      { credentials: 'a:b' },
      {},
      'proxy-unauthorized',
      'it wants a user name and a password',
      'once-repaired',
    ],
    [
      { credentials: 'a:b' },
      credentials,
      'proxy-unauthorized',
      'it refused the credentials',
      'once-repaired',
    ],
    [{ refusal: 403 }, credentials, 'proxy-refused', 'it is forbidden there (403)', 'once-repaired'],
    [{ refusal: 405 }, {}, 'proxy-refused', 'it takes no CONNECT (405)', 'once-repaired'],
    [{ refusal: 502 }, {}, 'proxy-refused', 'it could not reach the host (502)', 'soon'],
    [{ refusal: 504 }, {}, 'proxy-refused', 'the host did not answer it in time (504)', 'soon'],
    [{ refusal: 302 }, {}, 'proxy-refused', 'it refused (302)', 'once-repaired'],
  ])('that wants %o and gets %o is %s', async (wants, given, code, says, retry) => {
    const { origin, port, requests } = await startServer(() => ({}), 'localhost');
    const proxy = await startConnectProxy(wants);
    const target = targetAt(origin, by({ url: proxy.url, ...given }, authority));
    const error = await startHttp()
      .aim(target)
      .request(get)
      .catch((thrown) => thrown);
    expect(error).toMatchObject({
      code,
      retry,
      message: `The proxy ${proxy.url} did not connect to localhost:${port}: ${says}`,
      details: { proxy: proxy.url },
    });
    expect(JSON.stringify(error)).not.toContain('pröxy');
    expect(requests).toEqual([]);
  });

  it('refuses the credentials of a plain request as those of a tunnel', async () => {
    const { origin, requests } = await startServer(() => ({}));
    const proxy = await startConnectProxy({ credentials: 'a:b' });
    const target = targetAt(origin, by({ url: proxy.url }));
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({
      code: 'proxy-unauthorized',
      message: expect.stringContaining('it wants a user name and a password'),
    });
    expect(requests).toEqual([]);
  });

  it('that does not answer is given up', async () => {
    const proxy = await startConnectProxy({ isSilent: true });
    const limits = { connectTimeoutMs: 50 };
    const target = targetAt('https://inside.test', by({ url: proxy.url }, { limits }));
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({
      code: 'request-timed-out',
      retry: 'soon',
      message: `The proxy ${proxy.url} did not connect to inside.test:443 within 50 ms`,
    });
  });

  it('is shown without its credentials in the log, whatever the other side writes back', async () => {
    const { log, lines } = keepingLog();
    const { origin } = await startServer(() => ({ status: 400, body: 'pröxy:pass/1' }));
    const proxy = await startConnectProxy();
    const http = startHttp({ log });
    const failed = http.aim(targetAt(origin, by({ url: proxy.url, ...credentials }))).request(get);
    await expect(failed).rejects.toMatchObject({ details: { answer: '[secret]' } });
    expect(lines.join()).not.toContain('pröxy');
    expect(http.redact(Buffer.from('mé:pröxy:pass/1').toString('base64'))).toBe('[secret]');
  });
});

describe('a SOCKS5 proxy', () => {
  it.each([
    ['http', undefined],
    ['https', 'localhost'],
  ])('tunnels %s, by name, user name and password', async (scheme, certificate) => {
    const { port, requests } = await startServer(() => ({}), certificate);
    const proxy = await startSocksProxy({ credentials: { username: 'mé', password: 'pröxy:pass/1' } });
    const host = certificate ?? 'inside.test';
    const target = targetAt(`${scheme}://${host}:${port}`, by({ url: proxy.url, ...credentials }, authority));
    const http = startHttp({ resolveName }).aim(target);
    await http.request(get);
    expect(proxy).toMatchObject({ asked: [`${host}:${port}`], faults: [] });
    expect(requests).toMatchObject([{ path: '/x?y=z' }]);
  });

  it.each([
    ['http://127.0.0.1', '127.0.0.1:80'],
    ['http://[::ffff:127.0.0.1]:8080', '[00000000000000000000ffff7f000001]:8080'],
  ])('is asked for the literal address of %s', async (url, asked) => {
    const proxy = await startSocksProxy({ reply: 5 });
    await expect(
      startHttp()
        .aim(targetAt(url, by({ url: proxy.url })))
        .request(get),
    ).rejects.toMatchObject({ code: 'proxy-refused' });
    expect(proxy).toMatchObject({ asked: [asked], faults: [] });
  });

  it.each([
    [{ reply: 1 }, {}, 'proxy-refused', 'it failed', 'soon'],
    [{ reply: 2 }, {}, 'proxy-refused', 'its rules forbid it', 'once-repaired'],
    [{ reply: 4 }, {}, 'proxy-refused', 'the host cannot be reached or resolved from there', 'soon'],
    [{ reply: 5 }, {}, 'proxy-refused', 'the host refused the connection', 'soon'],
    [{ reply: 8 }, {}, 'proxy-refused', 'it does not take this type of address', 'once-repaired'],
    [{ reply: 99 }, {}, 'proxy-refused', 'it refused with the reply 99', 'soon'],
    [
      { credentials: { username: 'a', password: 'b' } },
      {},
      'proxy-unauthorized',
      'it wants a user name and a password',
      'once-repaired',
    ],
    [
      { credentials: { username: 'a', password: 'b' } },
      credentials,
      'proxy-unauthorized',
      'it refused the credentials',
      'once-repaired',
    ],
    [
      { greeting: Buffer.from('HTTP/1.1 400 No\r\n') },
      {},
      'proxy-refused',
      'it does not speak SOCKS5',
      'once-repaired',
    ],
  ])('that is %o and gets %o is %s: %s', async (wants, given, code, says, retry) => {
    const proxy = await startSocksProxy(wants);
    const target = targetAt('https://inside.test', by({ url: proxy.url, ...given }));
    const failed = startHttp().aim(target).request(get);
    await expect(failed).rejects.toMatchObject({ code, retry });
    await expect(failed).rejects.toThrow(
      `The proxy ${proxy.url} did not connect to inside.test:443: ${says}`,
    );
    expect(proxy.faults).toEqual([]);
  });

  it('that hangs up is unreachable', async () => {
    const proxy = await startSocksProxy({ hangsUp: true });
    const target = targetAt('http://inside.test', by({ url: proxy.url }));
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({
      code: 'proxy-unreachable',
      retry: 'soon',
      message: expect.stringContaining('closed the connection'),
    });
  });
});

describe('the way to a proxy', () => {
  it.each(['http', 'https', 'socks5'])('by %s is refused where nobody listens', async (scheme) => {
    const server = createServer();
    const port = await listening(server, () => undefined);
    await new Promise((resolve) => server.close(resolve));
    const target = targetAt('https://inside.test', by({ url: `${scheme}://localhost:${port}` }));
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({
      code: 'proxy-unreachable',
      retry: 'soon',
      message: `The proxy ${scheme}://localhost:${port} could not be reached: localhost refused the connection`,
      hint: expect.stringContaining('address of the proxy'),
    });
  });

  it('is not there by a name that does not resolve', async () => {
    const target = targetAt('https://inside.test', by({ url: 'http://proxy.test:3128' }));
    await expect(startHttp({ resolveName }).aim(target).request(get)).rejects.toMatchObject({
      code: 'proxy-unreachable',
      message:
        'The proxy http://proxy.test:3128 could not be reached: the name proxy.test could not be resolved',
    });
  });

  it.each([
    ['http', 'it does not speak HTTP there'],
    ['https', 'does not speak TLS on this port'],
  ])('ends at what is no %s proxy', async (scheme, says) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end('what?\r\n'));
    });
    const port = await listening(server, () => server.close());
    const target = targetAt('https://inside.test', by({ url: `${scheme}://localhost:${port}` }));
    const failed = startHttp().aim(target).request(get);
    await expect(failed).rejects.toThrow(says);
    await expect(failed).rejects.toMatchObject({ retry: 'once-repaired' });
  });

  it('is open to private addresses, and closed to the metadata services of clouds', async () => {
    const { port } = await startServer(() => ({}));
    const proxy = await startConnectProxy();
    const aim = (url: string) =>
      startHttp().aim(targetAt(`http://inside.test:${port}`, by({ url }, { allowAddresses: [] })));
    expect((await aim(proxy.url).request(get)).status).toBe(200);
    for (const url of ['http://169.254.169.254', 'socks5://[fe80::1]', 'http://168.63.129.16:80']) {
      await expect(aim(url).request(get)).rejects.toMatchObject({ code: 'address-denied' });
    }
  });
});

describe('the address guard, with a proxy', () => {
  it.each([
    'http://127.0.0.1',
    'https://10.0.0.1',
    'http://[::1]',
    'http://localhost',
    'https://a.localhost.',
  ])('denies %s before the proxy is asked', async (url) => {
    const proxy = await startConnectProxy();
    const target = targetAt(url, by({ url: proxy.url }, { allowAddresses: [] }));
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({ code: 'address-denied' });
    expect(proxy.asked).toEqual([]);
  });

  it('lends no tunnel to a target with another proxy, or with none', async () => {
    const { origin } = await startServer(() => ({}), 'localhost');
    const [first, second] = [await startConnectProxy(), await startConnectProxy()];
    const http = startHttp();
    for (const proxy of [{ url: first.url }, { url: second.url }, undefined]) {
      await http.aim(targetAt(origin, { ...authority, proxy })).request(get);
    }
    expect([first.asked.length, second.asked.length]).toEqual([1, 1]);
  });
});
