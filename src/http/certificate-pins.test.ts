import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePins } from './certificate-pins.ts';
import { startConnectProxy } from './fixtures/start-proxy.ts';
import { pem, startHttp, startServer, targetAt } from './fixtures/start-server.ts';

const get = { method: 'GET', url: '/x' } as const;
const fingerprint = (name: string) => new X509Certificate(pem(name)).fingerprint256;
const plain = (text: string) => text.replaceAll(':', '').toLowerCase();
const by = (name: string) => ({ certificateAuthority: pem(name) });
const pinned = (...names: string[]) => ({ pinnedCertificates: names.map(fingerprint) });

describe('a pinned certificate', () => {
  it.each([
    ['of the host', 'localhost', { ...by('authority'), ...pinned('elsewhere', 'localhost') }],
    ['of its authority', 'localhost+authority', { ...by('authority'), ...pinned('authority') }],
    ['of an authority that only we hold', 'localhost', { ...by('authority'), ...pinned('authority') }],
    ['that signed itself, without an authority', 'self-signed', pinned('self-signed')],
    ['of the host, by an authority that is not known', 'localhost', pinned('localhost')],
    ['in capitals or not', 'self-signed', { pinnedCertificates: [plain(fingerprint('self-signed'))] }],
  ])('%s lets requests through, again and again', async (_which, certificate, trust) => {
    const { origin, requests, server } = await startServer(() => ({}), certificate);
    const http = startHttp().aim(targetAt(origin, trust));
    await http.request(get);
    server.closeAllConnections();
    // Over a new socket, where TLS would resume its session.
    await http.request(get);
    expect(requests).toHaveLength(2);
  });

  it('that is another one refuses the connection before any byte of the request', async () => {
    const { origin, requests } = await startServer(() => ({}), 'localhost');
    const target = targetAt(origin, { ...by('authority'), ...pinned('elsewhere', 'self-signed') });
    const failed = startHttp().aim(target).request(get);
    await expect(failed).rejects.toMatchObject({
      code: 'tls-pin-mismatch',
      message: expect.stringContaining(`localhost has the SHA-256 fingerprint ${fingerprint('localhost')}`),
      details: { fingerprint: fingerprint('localhost') },
    });
    expect(requests).toEqual([]);
  });

  it.each([
    ['sent along by one that it did not sign', 'self-signed+authority', by('self-signed')],
    ['whose name another authority bears', 'impostor+authority', by('forged-authority')],
  ])('of an authority does not vouch when it is %s', async (_how, certificate, trust) => {
    const { origin, requests } = await startServer(() => ({}), certificate);
    const target = targetAt(origin, { ...trust, ...pinned('authority') });
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({ code: 'tls-pin-mismatch' });
    expect(requests).toEqual([]);
  });

  it.each([
    ['expired', pinned('expired'), 'has expired'],
    ['elsewhere', pinned('elsewhere'), 'is not for localhost'],
    ['expired', { ...by('authority'), ...pinned('authority') }, 'has expired'],
    ['elsewhere', { ...by('authority'), ...pinned('authority') }, 'is not for localhost'],
    ['localhost+authority', pinned('authority'), 'is self-signed'],
  ])('does not excuse that of %s with %o', async (certificate, trust, reason) => {
    const { origin, requests } = await startServer(() => ({}), certificate);
    const failed = startHttp().aim(targetAt(origin, trust)).request(get);
    await expect(failed).rejects.toMatchObject({ code: 'tls-failed' });
    await expect(failed).rejects.toThrow(reason);
    expect(requests).toEqual([]);
  });

  it.each([undefined, 'proxy'])('is not to be had of a plain address, by %s', async (way) => {
    const { origin, requests } = await startServer(() => ({}));
    const proxy = way && { url: (await startConnectProxy()).url };
    const target = targetAt(origin, { ...pinned('localhost'), ...(proxy && { proxy }) });
    await expect(startHttp().aim(target).request(get)).rejects.toMatchObject({ code: 'tls-pin-mismatch' });
    expect(requests).toEqual([]);
  });

  it('is that of the host, not of the proxy on the way', async () => {
    const { origin, requests } = await startServer(() => ({}), 'localhost');
    const proxy = await startConnectProxy({ certificate: 'self-signed' });
    const both = { certificateAuthority: `${pem('authority')}\n${pem('self-signed')}` };
    const aim = (pin: string) =>
      startHttp().aim(targetAt(origin, { ...both, ...pinned(pin), proxy: { url: proxy.url } }));
    await aim('localhost').request(get);
    await expect(aim('self-signed').request(get)).rejects.toMatchObject({ code: 'tls-pin-mismatch' });
    expect(requests).toHaveLength(1);
  });

  it('lends no socket to a target that pins another', async () => {
    const { origin } = await startServer(() => ({}), 'localhost');
    const http = startHttp();
    await http.aim(targetAt(origin, by('authority'))).request(get);
    const other = http.aim(targetAt(origin, { ...by('authority'), ...pinned('elsewhere') }));
    await expect(other.request(get)).rejects.toMatchObject({ code: 'tls-pin-mismatch' });
  });
});

describe('fingerprints', () => {
  it('are read as openssl and browsers write them', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array));
    const prefix = fc.constantFrom('', 'sha256 Fingerprint=', 'SHA256 Fingerprint=', 'SHA-256:', ' ');
    fc.assert(
      fc.property(bytes, prefix, fc.boolean(), (wanted, before, withColons) => {
        const hex = wanted.toString('hex');
        const shown = withColons ? hex.toUpperCase().replace(/..(?!$)/g, '$&:') : hex;
        expect([...parsePins([`${before}${shown}`], 'site')]).toEqual([hex]);
      }),
    );
  });

  it.each(['', 'ab', 'g'.repeat(64), 'ab'.repeat(20), `${'ab'.repeat(32)}a`])('refuse %j', (text) => {
    expect(() => parsePins([text], 'site')).toThrow(
      expect.objectContaining({ code: 'request-invalid', hint: expect.stringContaining('openssl x509') }),
    );
  });
});
