import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pem, startHttp, startServer, targetAt } from './fixtures/start-server.ts';

const get = { method: 'GET', url: '/x' } as const;
const authority = { certificateAuthority: pem('authority') };

describe('TLS', () => {
  it('trusts a private authority for the target that names it, and for no other', async () => {
    const { origin } = await startServer(() => ({}), 'localhost');
    const http = startHttp();
    expect((await http.aim(targetAt(origin, authority)).request(get)).status).toBe(200);
    await expect(http.aim(targetAt(origin)).request(get)).rejects.toMatchObject({ code: 'tls-failed' });
  });

  it('trusts the public authorities beside the private one', async () => {
    const publicAuthorities = getCACertificates('default');
    onTestFinished(() => setDefaultCACertificates(publicAuthorities));
    setDefaultCACertificates([pem('authority')]);
    const { origin } = await startServer(() => ({}), 'localhost');
    const target = targetAt(origin, { certificateAuthority: pem('self-signed') });
    expect((await startHttp().aim(target).request(get)).status).toBe(200);
  });

  it.each([
    ['localhost', {}, 'is signed by an authority that is not known here', 'once-repaired'],
    ['self-signed', {}, 'is self-signed', 'once-repaired'],
    ['elsewhere', authority, 'is not for localhost', 'once-repaired'],
    ['expired', authority, 'has expired', 'soon'],
  ])('says of the certificate %s with %o that it %s', async (certificate, trust, reason, retry) => {
    const { origin, requests } = await startServer(() => ({}), certificate);
    const failed = startHttp().aim(targetAt(origin, trust)).request(get);
    await expect(failed).rejects.toMatchObject({ code: 'tls-failed', retry });
    await expect(failed).rejects.toThrow(reason);
    expect(requests).toEqual([]);
  });

  it('says that a plain server does not speak it', async () => {
    const { port } = await startServer(() => ({}));
    const failed = startHttp()
      .aim(targetAt(`https://localhost:${port}`))
      .request(get);
    await expect(failed).rejects.toThrow('does not speak TLS on this port');
  });

  it.each(['no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    'refuses %j as an authority',
    async (certificateAuthority) => {
      const failed = startHttp().aim(targetAt('https://localhost', { certificateAuthority })).request(get);
      await expect(failed).rejects.toMatchObject({ code: 'tls-failed', retry: 'once-repaired' });
    },
  );
});

describe('the address guard', () => {
  const nameOf = (port: number) => `http://inside.test:${port}`;

  it('denies a name that resolves to a private address', async () => {
    const { port, requests } = await startServer(() => ({}));
    await expect(
      startHttp()
        .aim(targetAt(nameOf(port), { allowAddresses: [] }))
        .request(get),
    ).rejects.toMatchObject({
      code: 'address-denied',
      message: 'inside.test resolves to 127.0.0.1, which may not be called',
      hint: expect.stringContaining('allowAddresses'),
    });
    expect(requests).toEqual([]);
  });

  it.each(['127.0.0.1', '2130706433', '0x7f000001', '[::ffff:127.0.0.1]'])(
    'denies the literal %s',
    async (host) => {
      const { port, requests } = await startServer(() => ({}));
      const target = targetAt(`http://${host}:${port}`, { allowAddresses: [] });
      await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({ code: 'address-denied' });
      expect(requests).toEqual([]);
    },
  );

  it('connects to the very address that it checked, asking once', async () => {
    const { port, requests } = await startServer(() => ({}));
    const given = ['127.0.0.1', '10.0.0.1'];
    const resolveName = async () => [{ address: given.shift() ?? '10.0.0.1', family: 4 }];
    await startHttp({ resolveName })
      .aim(targetAt(nameOf(port)))
      .request(get);
    expect(requests).toHaveLength(1);
    expect(given).toEqual(['10.0.0.1']);
  });

  it('checks again at a redirect, when the name has moved meanwhile', async () => {
    const addresses = ['127.0.0.1', '10.0.0.1'];
    const resolveName = async () => [{ address: addresses.shift() ?? '10.0.0.1', family: 4 }];
    const { port } = await startServer(() => ({
      status: 302,
      headers: { location: 'https://inside.test/x' },
    }));
    await expect(
      startHttp({ resolveName })
        .aim(targetAt(nameOf(port)))
        .request(get),
    ).rejects.toMatchObject({
      code: 'address-denied',
      details: { host: 'inside.test', address: '10.0.0.1' },
    });
  });

  it('lends no open socket to a target that may not reach its address', async () => {
    const { port, requests } = await startServer(() => ({}));
    const http = startHttp();
    await http.aim(targetAt(nameOf(port))).request(get);
    const other = http.aim(targetAt(nameOf(port), { name: 'other', allowAddresses: [] }));
    await expect(other.request(get)).rejects.toMatchObject({ code: 'address-denied' });
    expect(requests).toHaveLength(1);
  });

  it('holds a deny list of its own', async () => {
    const { port } = await startServer(() => ({}));
    const http = startHttp({ denyList: ['10.0.0.0/8'] });
    const target = targetAt(`http://127.0.0.1:${port}`, { allowAddresses: [] });
    expect((await http.aim(target).request(get)).status).toBe(200);
    expect(() => startHttp({ denyList: ['everything'] })).toThrow('The deny list holds "everything"');
  });
});

describe('sockets', () => {
  it('are kept for the next request to the same origin', async () => {
    const { origin, server } = await startServer(() => ({}));
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const http = startHttp().aim(targetAt(origin));
    for (let count = 0; count < 20; count += 1) await http.request(get);
    // Two: a body's last chunk is read a moment before its socket is free again.
    expect(connections).toBeLessThanOrEqual(2);
  });
});
