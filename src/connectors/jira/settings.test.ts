import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jiraSettings } from './settings.ts';

const devops = { clientId: 'id', clientSecret: { secret: 'account.jira' } };
const platform = { type: 'api-token', email: 'ann@example.com', token: { secret: 'jira-token' } };

describe('the settings of a Jira connection', () => {
  it.each([
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
    [{ ...platform, scoped: true }],
    [
      {
        type: 'service-account',
        clientId: 'c',
        clientSecret: { secret: 's' },
        authorizationUrl: 'https://a.example',
      },
    ],
    [{ type: 'personal-access-token', token: { secret: 'pat' } }],
    [{ type: 'password', username: 'ann', password: { secret: 'pw' } }],
  ])('take a user alone: %j', (user) => {
    expect(jiraSettings.parse({ baseUrl: 'https://example.com', platform: user }).platform).toEqual(user);
  });

  it.each([
    ['a user name that is no e-mail address', { ...platform, email: 'ann' }, 'whole e-mail address'],
    ['a colon in a user name', { type: 'password', username: 'a:b', password: { secret: 'p' } }, 'no colon'],
    [
      'a scope with a space',
      {
        type: 'oauth',
        clientId: 'c',
        clientSecret: { secret: 's' },
        scopes: ['read:jira-work write:jira-work'],
      },
      'must be a scope',
    ],
  ])('say what is wrong with %s', (_, user, words) => {
    const { error } = jiraSettings.safeParse({ baseUrl: 'https://example.com', platform: user });
    expect(error?.issues[0]?.message).toContain(words);
  });

  it.each([
    [{ proxy: { url: 'http://proxy.example:3128', username: 'ann', password: { secret: 'p' } } }],
    [{ proxy: { url: 'socks5://proxy.example' } }],
    [{ pinnedCertificates: [Array(32).fill('aB').join(':'), '0'.repeat(64)] }],
  ])('take a way out: %j', (egress) => {
    expect(jiraSettings.parse({ baseUrl: 'https://example.com', devops, ...egress })).toMatchObject(egress);
  });

  it.each([
    ['a proxy of another kind', { proxy: { url: 'ftp://proxy.example' } }, 'proxy.url'],
    ['a password in the address of a proxy', { proxy: { url: 'http://a:b@proxy.example' } }, 'proxy.url'],
    ['half a fingerprint', { pinnedCertificates: ['ab'.repeat(20)] }, 'pinnedCertificates.0'],
  ])('refuse %s', (_, egress, path) => {
    const { error } = jiraSettings.safeParse({ baseUrl: 'https://example.com', devops, ...egress });
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
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
