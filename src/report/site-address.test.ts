import { expect, test } from 'vitest';
import { baseAddress, serverAddress } from './site-address.ts';

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
  ['localhost', 'http://localhost'],
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

test.each([
  ['tieline', 'https://tieline'],
  ['tieline.example.com', 'https://tieline.example.com'],
  ['tieline.example.com:8443/hub/', 'https://tieline.example.com:8443/hub'],
  ['http://tieline:7400', 'http://tieline:7400'],
  ['localhost:7400', 'http://localhost:7400'],
  ['127.0.0.1:7400/', 'http://127.0.0.1:7400'],
  ['[::1]:7400', 'http://[::1]:7400'],
])('the hub %s is at %s', (text, address) => {
  expect(serverAddress(text, 'CONNECT_HOSTNAME')).toBe(address);
});

test('a wrong address of the hub is refused with an example of a hub, not of a Jira site', () => {
  expect(() => serverAddress('ftp://tieline', 'CONNECT_HOSTNAME')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('https://tieline.example.com') }),
  );
});
