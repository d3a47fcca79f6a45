import { describe, expect, it } from 'vitest';
import { capabilitiesOf, findUnsuited } from './capabilities.ts';
import type { Platform } from './platform-settings.ts';

const identity = (edition: 'cloud' | 'data-center' | 'server', version: string) => ({
  edition,
  version,
  baseUrl: 'https://jira.example.com',
  capabilities: capabilitiesOf(edition, version.split('.').map(Number)),
});

describe('what a Jira can do', () => {
  it.each([
    ['7.6.1', { createMeta: 'whole', personalAccessTokens: false, passwords: true }],
    ['8.3.5', { createMeta: 'whole' }],
    ['8.4.0', { createMeta: 'by-project', personalAccessTokens: false }],
    ['8.13.27', { personalAccessTokens: false }],
    ['8.14.0', { personalAccessTokens: true, webhookPath: '/rest/webhooks/1.0/webhook' }],
    ['9.0.0', { personalAccessTokens: true, createMeta: 'by-project' }],
    ['10.0.0', { webhookPath: '/rest/jira-webhook/1.0/webhooks', passwords: true }],
    ['11.0.0', { personalAccessTokens: true, passwords: false, api: '2', userId: 'name', search: 'offset' }],
  ])('is told by the version %s', (version, expected) => {
    expect(identity('data-center', version).capabilities).toMatchObject({ panels: false, ...expected });
  });

  it('is another matter on Cloud, whatever its number', () => {
    expect(capabilitiesOf('cloud', [1001, 0])).toMatchObject({
      api: '3',
      userId: 'accountId',
      search: 'token',
      createMeta: 'by-project',
      personalAccessTokens: false,
      passwords: false,
      panels: true,
    });
  });
});

describe('a credential that a Jira does not know', () => {
  it.each<[Platform['type'], 'cloud' | 'data-center', string, string]>([
    [
      'personal-access-token',
      'data-center',
      '8.13.2',
      'Jira 8.13 has no personal access tokens; use user name and password',
    ],
    ['password', 'data-center', '11.1.0', 'Jira 11.1 takes no passwords; use a personal access token'],
    ['api-token', 'data-center', '10.3.24', 'Jira 10.3 knows no API tokens; use a personal access token'],
    [
      'oauth',
      'data-center',
      '7.6.1',
      'Jira 7.6 knows no apps of Atlassian’s developer console; use user name and password',
    ],
    [
      'personal-access-token',
      'cloud',
      '1001.0.0',
      'Jira Cloud has no personal access tokens; use the e-mail address of the account and an API token',
    ],
    [
      'password',
      'cloud',
      '1001.0.0',
      'Jira Cloud takes no passwords; use the e-mail address of the account and an API token',
    ],
  ])('%s for %s %s is named, and what to use', (type, edition, version, message) => {
    expect(findUnsuited(type, identity(edition, version))?.message).toBe(message);
  });

  it.each<[Platform['type'], 'cloud' | 'data-center', string]>([
    ['personal-access-token', 'data-center', '8.14.0'],
    ['password', 'data-center', '10.7.0'],
    ['api-token', 'cloud', '1001.0.0'],
    ['service-account', 'cloud', '1001.0.0'],
    ['oauth', 'cloud', '1001.0.0'],
  ])('%s suits %s %s', (type, edition, version) => {
    expect(findUnsuited(type, identity(edition, version))).toBeUndefined();
  });
});
