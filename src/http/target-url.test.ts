import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameHost, resolveUrl, showUrl } from './target-url.ts';

const base = 'https://jira.example.com/jira';

describe('resolveUrl', () => {
  it.each([
    [base, '/rest/api/2/myself', 'https://jira.example.com/jira/rest/api/2/myself'],
    [`${base}/`, 'rest/api/2/myself', 'https://jira.example.com/jira/rest/api/2/myself'],
    [base, '', 'https://jira.example.com/jira'],
    [base, '?a=b', 'https://jira.example.com/jira?a=b'],
    [base, '//evil.example/x', 'https://jira.example.com/jira/evil.example/x'],
    [base, '/search?jql=a..b', 'https://jira.example.com/jira/search?jql=a..b'],
    [base, 'https://other.example/x', 'https://other.example/x'],
  ])('%s and %s make %s', (baseUrl, url, expected) => {
    expect(resolveUrl(baseUrl, url).href).toBe(expected);
  });

  it.each(['/issue/..', '/issue/../../x', '/%2e%2E/x', '/a\\..\\b', '/./x'])(
    'refuses to climb by %s',
    (url) => {
      expect(() => resolveUrl(base, url)).toThrow(expect.objectContaining({ code: 'request-invalid' }));
    },
  );

  it.each([
    ['file:///etc/passwd', 'address-denied'],
    ['ftp://jira.example.com', 'address-denied'],
    ['http://', 'request-invalid'],
  ])('refuses %s as %s', (url, code) => {
    expect(() => resolveUrl(base, url)).toThrow(expect.objectContaining({ code }));
  });

  it('never leaves the base by a path that it takes', () => {
    const segment = fc.oneof(
      fc.constantFrom('..', '.', '%2e', '\\', '/', '//', 'x', '@', ':', '?', '#'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        let url: URL;
        try {
          url = resolveUrl(base, `/${segments.join('')}`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'request-invalid' });
          return;
        }
        expect(
          `${url.href}/`.startsWith(`${base}/`) ||
            url.href.startsWith(`${base}?`) ||
            url.href.startsWith(`${base}#`),
        ).toBe(true);
      }),
    );
  });
});

describe('isSameHost', () => {
  it.each([
    ['https://a.example/x', 'https://a.example/y', true],
    ['http://a.example/x', 'https://a.example/x', true],
    ['http://a.example:8080/x', 'https://a.example:8443/x', true],
    ['https://a.example/x', 'http://a.example/x', false],
    ['https://a.example/x', 'https://a.example:8443/x', false],
    ['https://a.example/x', 'https://b.example/x', false],
    ['https://a.example/x', 'https://a.example.b.example/x', false],
  ])('from %s to %s: %s', (from, to, expected) => {
    expect(isSameHost(new URL(from), new URL(to))).toBe(expected);
  });
});

describe('showUrl', () => {
  it('hides user info, fragments and the values of telling parameters', () => {
    expect(showUrl(new URL('https://me:pw@a.example/x?token=t1&jql=k&api_key=k2#frag'))).toBe(
      'https://a.example/x?token=[secret]&jql=k&api_key=[secret]',
    );
  });

  it('leaves out what is too long of a query, whole parameters of it', () => {
    const long = 'x'.repeat(100);
    expect(showUrl(new URL(`https://a.example/x?a=${long}`))).toBe('https://a.example/x?…');
    expect(showUrl(new URL(`https://a.example/x?a=1&b=${long}&c=2`))).toBe('https://a.example/x?a=1&…');
    expect(showUrl(new URL('https://a.example/x'))).toBe('https://a.example/x');
  });
});
