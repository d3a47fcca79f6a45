import { describe, expect, it } from 'vitest';
import { defaultSeed, parseSeed, parseSeedText, startJiraSimulator } from './index.ts';

describe('a seed', () => {
  it('may say little: the rest has defaults', async () => {
    const seed = parseSeed({
      projects: [{ key: 'ABC', name: 'Alphabet' }],
      issues: [{ key: 'ABC-7', summary: 'Seven' }],
    });
    const jira = await startJiraSimulator({ edition: 'cloud', seed });
    expect(jira.state.findIssue('abc-7')).toMatchObject({ summary: 'Seven', status: 'To Do', labels: [] });
    await jira.close();
  });

  it('is found whole after a trip through a file', () => {
    expect(parseSeedText(JSON.stringify(defaultSeed()), 'file')).toEqual(defaultSeed());
  });

  const wrong: [title: string, seed: unknown, message: string][] = [
    ['an unknown field', { projcts: [] }, 'projcts'],
    [
      'an issue of no project',
      { issues: [{ key: 'NO-1', summary: 'x' }] },
      'issues.0.key: NO-1 is of no project',
    ],
    [
      'a project twice',
      {
        projects: [
          { key: 'AB', name: 'x' },
          { key: 'AB', name: 'y' },
        ],
      },
      'projects.1: AB is there twice',
    ],
    [
      'a type that the project lacks',
      { projects: [{ key: 'AB', name: 'x' }], issues: [{ key: 'AB-1', summary: 'x', type: 'Epic' }] },
      'issues.0.type: AB has no issue type Epic',
    ],
    [
      'a permission that is none',
      {
        accounts: [
          {
            email: 'a@b.example',
            apiToken: 't',
            displayName: 'A',
            accountId: '1',
            permissions: { global: ['FLY'] },
          },
        ],
      },
      'accounts.0.permissions',
    ],
    [
      'a scope that is none',
      { clients: [{ name: 'c', clientId: 'i', clientSecret: 's', scopes: ['all'] }] },
      'clients.0.scopes.0',
    ],
  ];
  it.each(wrong)('with %s is refused by the path of the field', (_title, seed, message) => {
    expect(() => parseSeed(seed, 'my-seed.json')).toThrow(message);
    expect(() => parseSeed(seed, 'my-seed.json')).toThrow('my-seed.json is not a seed');
  });

  it('that is not JSON is refused by its name', () => {
    expect(() => parseSeedText('{', 'my-seed.json')).toThrow('my-seed.json is not JSON');
  });
});
