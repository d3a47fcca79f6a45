import { expect, test } from 'vitest';
import { baseAddress } from './site-address.ts';

test.each([
  ['myorg', 'https://myorg.atlassian.net'],
  [' MyOrg ', 'https://myorg.atlassian.net'],
  ['myorg.atlassian.net', 'https://myorg.atlassian.net'],
  ['https://myorg.atlassian.net/browse/MYT-1', 'https://myorg.atlassian.net'],
  ['jira.example.com', 'https://jira.example.com'],
  ['jira.example.com:8443/jira/', 'https://jira.example.com:8443/jira'],
  ['https://jira.example.com:8443/jira/', 'https://jira.example.com:8443/jira'],
  ['http://jira.example.com/', 'http://jira.example.com'],
  ['http://jira.example.com:80/a/b?c#d', 'http://jira.example.com/a/b'],
  ['localhost:8090', 'http://localhost:8090'],
  ['http://127.0.0.1:8090', 'http://127.0.0.1:8090'],
  ['http://[::1]:8090', 'http://[::1]:8090'],
  ['10.0.0.5', 'https://10.0.0.5'],
])('%s is at %s', (text, address) => {
  expect(baseAddress(text, 'INSTANCE')).toBe(address);
});

test.each(['http://', 'ftp://ftp.example.com', 'my org', 'https://', '/jira', ''])(
  '%j is refused',
  (text) => {
    expect(() => baseAddress(text, 'INSTANCE')).toThrow('INSTANCE is neither a name, a host nor an address');
  },
);

test('a password in the address is refused and not repeated', () => {
  expect(() => baseAddress('https://me:hunter2@jira.example.com', 'INSTANCE')).toThrow(
    /^INSTANCE holds a user name or password$/,
  );
});
