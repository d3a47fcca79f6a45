import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jiraSettings } from './settings.ts';

const devops = { clientId: 'id', clientSecret: { secret: 'account.jira' } };
const platform = { type: 'api-token', email: 'ann@example.com', token: { secret: 'jira-token' } };

describe('the settings of a Jira connection', () => {
  it.each([
    ['https://example.atlassian.net', 'https://example.atlassian.net'],
    ['https://example.atlassian.net/', 'https://example.atlassian.net'],
    ['https://tools.example.com/jira/', 'https://tools.example.com/jira'],
    ['http://localhost:8080', 'http://localhost:8080'],
  ])('take the address %s', (given, kept) => {
    expect(jiraSettings.parse({ baseUrl: given, devops }).baseUrl).toBe(kept);
  });

  it.each([
    ['no scheme', { baseUrl: 'example.atlassian.net', devops }, 'baseUrl'],
    ['another scheme', { baseUrl: 'ftp://example.atlassian.net', devops }, 'baseUrl'],
    ['a password in the address', { baseUrl: 'https://ann:x@example.com', devops }, 'baseUrl'],
    ['a query', { baseUrl: 'https://example.com/?a=b', devops }, 'baseUrl'],
    ['no credential at all', { baseUrl: 'https://example.com' }, 'platform'],
    ['an unknown field', { baseUrl: 'https://example.com', devops, user: 'ann' }, ''],
    [
      'a secret as text',
      { baseUrl: 'https://example.com', devops: { ...devops, clientSecret: 'x' } },
      'devops.clientSecret',
    ],
    [
      'an unknown kind of user',
      { baseUrl: 'https://example.com', platform: { type: 'cookie' } },
      'platform.type',
    ],
    ['a cloud id that is none', { baseUrl: 'https://example.com', devops, cloudId: 'mine' }, 'cloudId'],
    [
      'an address range that is none',
      { baseUrl: 'https://example.com', devops, allowAddresses: ['10.1'] },
      'allowAddresses.0',
    ],
    [
      'a certificate that is none',
      { baseUrl: 'https://example.com', devops, certificateAuthority: 'x' },
      'certificateAuthority',
    ],
  ])('refuse %s and name the field', (_, given, path) => {
    const { error } = jiraSettings.safeParse(given);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  it.each([
    [platform],
    [{ type: 'personal-access-token', token: { secret: 'pat' } }],
    [{ type: 'password', username: 'ann', password: { secret: 'pw' } }],
  ])('take a user alone: %j', (user) => {
    expect(jiraSettings.parse({ baseUrl: 'https://example.com', platform: user }).platform).toEqual(user);
  });

  it('draw a form: every field has a title', () => {
    const untitled: string[] = [];
    const walk = (schema: z.core.JSONSchema.BaseSchema, path: string) => {
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        if (typeof field === 'boolean' || (field.$ref === undefined && field.title === undefined))
          untitled.push(`${path}.${name}`);
        else walk(field, `${path}.${name}`);
      }
      for (const choice of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])])
        if (typeof choice !== 'boolean') walk(choice, path);
    };
    walk(z.toJSONSchema(jiraSettings, { io: 'input' }), '');
    expect(untitled.filter((path) => !path.endsWith('.secret'))).toEqual([]);
  });
});
