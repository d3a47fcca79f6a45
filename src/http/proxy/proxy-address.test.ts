import { describe, expect, it } from 'vitest';
import { Secret } from '../../kit/secret.ts';
import { parseProxy } from './proxy-address.ts';

const password = new Secret('pröxy:pass/1');

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}

describe('the settings of a proxy', () => {
  it.each([
    [{ url: 'proxy' }, 'is not a URL'],
    [{ url: 'ftp://proxy:21' }, 'has the scheme ftp:'],
    [{ url: 'http://me:s3cret@proxy:3128' }, 'has credentials in its URL'],
    [{ url: 'http://proxy:3128/path' }, 'has more or less in its URL'],
    [{ url: 'http://proxy', username: 'a:b', password }, 'has a colon in its user name'],
    [{ url: 'http://proxy', password }, 'has a password without a user name'],
    [{ url: 'socks5://proxy', username: 'ü'.repeat(128), password }, 'more than 255 bytes'],
  ])('%j are refused', (proxy, says) => {
    const error = thrownBy(() => parseProxy(proxy, 'site'));
    expect(error).toMatchObject({ code: 'request-invalid', retry: 'never' });
    expect(String(error)).toContain(says);
    expect(String(error)).not.toMatch(/s3cret|pröxy/);
  });

  it.each([
    [
      { url: 'http://proxy.test' },
      { kind: 'http', host: 'proxy.test', port: 80, shown: 'http://proxy.test:80' },
    ],
    [{ url: 'https://proxy.test/' }, { kind: 'http', protocol: 'https:', port: 443 }],
    [
      { url: 'socks5://[fd00::1]' },
      { kind: 'socks5', host: 'fd00::1', port: 1080, shown: 'socks5://[fd00::1]:1080' },
    ],
    [{ url: 'http://p:3128', username: 'me' }, { credentials: { username: 'me', password: '' } }],
  ])('%j are taken', (proxy, address) => {
    expect(parseProxy(proxy, 'site')).toMatchObject(address);
  });
});
