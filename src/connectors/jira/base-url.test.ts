import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseUrl } from './base-url.ts';

const read = (address: string) => baseUrl().safeParse(address);

describe('a base URL', () => {
  it.each([
    ['https://example.atlassian.net', 'https://example.atlassian.net'],
    ['https://example.atlassian.net/', 'https://example.atlassian.net'],
    ['  https://example.atlassian.net/ ', 'https://example.atlassian.net'],
    ['http://example.atlassian.net', 'https://example.atlassian.net'],
    ['https://example.atlassian.net/browse/MYT-1', 'https://example.atlassian.net'],
    [
      'https://example.atlassian.net/jira/software/c/projects/MYT/boards/1?selectedIssue=MYT-2',
      'https://example.atlassian.net',
    ],
    ['https://example.atlassian.net/jira/your-work', 'https://example.atlassian.net'],
    ['https://example.atlassian.net/secure/Dashboard.jspa#top', 'https://example.atlassian.net'],
    ['https://issues.example.com/jira/software/projects/MYT/boards/1', 'https://issues.example.com'],
    ['https://tools.example.com/jira/', 'https://tools.example.com/jira'],
    ['https://tools.example.com/jira/browse/MYT-1?focusedId=7#comment', 'https://tools.example.com/jira'],
    ['https://tools.example.com/jira/secure/Dashboard.jspa', 'https://tools.example.com/jira'],
    ['https://tools.example.com/jira/projects/MYT/summary', 'https://tools.example.com/jira'],
    ['https://tools.example.com/jira/issues/?jql=project=MYT', 'https://tools.example.com/jira'],
    ['https://tools.example.com/jira/servicedesk/customer/portal/1', 'https://tools.example.com/jira'],
    ['https://tools.example.com/jira/login.jsp?os_destination=%2F', 'https://tools.example.com/jira'],
    ['https://tools.example.com/jira/rest/api/2/serverInfo', 'https://tools.example.com/jira'],
    ['https://browse.example.com/issues-jira', 'https://browse.example.com/issues-jira'],
    ['http://localhost:8080', 'http://localhost:8080'],
  ])('pasted as %s is %s', (given, kept) => {
    expect(read(given).data).toBe(kept);
  });

  it.each([
    ['example.atlassian.net', 'as in https://example.atlassian.net'],
    ['ftp://example.atlassian.net', 'https:// or http://'],
    ['not an address', 'https:// or http://'],
    ['https://ann:x@example.com', 'no user name'],
    ['https://example.com/start?a=b', 'no ? and no #'],
    [
      'https://example.atlassian.net/wiki/spaces/DOC',
      'is Confluence; Jira is at https://example.atlassian.net',
    ],
    ['https://api.atlassian.com/ex/jira/1234', 'such as https://example.atlassian.net'],
    ['https://id.atlassian.com/login', 'such as https://example.atlassian.net'],
  ])('%s is refused with what is right', (given, words) => {
    const { success, error } = read(given);
    expect([success, error?.issues[0]?.message]).toEqual([false, expect.stringContaining(words)]);
  });

  it('once read is read as itself', () => {
    const path = fc.array(fc.constantFrom('jira', 'browse', 'secure', 'X-1', 'wiki', 'software', 'a'), {
      maxLength: 4,
    });
    const host = fc.constantFrom('example.atlassian.net', 'tools.example.com', 'localhost:8080');
    fc.assert(
      fc.property(host, path, fc.constantFrom('', '/', '?a=b', '#c'), (name, parts, end) => {
        const { data } = read(`https://${[name, ...parts].join('/')}${end}`);
        if (data !== undefined) expect(read(data).data).toBe(data);
      }),
    );
  });
});
