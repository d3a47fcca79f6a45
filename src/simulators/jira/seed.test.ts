import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultSeed, parseSeed, parseSeedText, startJiraSimulator } from './index.ts';
import { cloudEdition } from './platform/cloud-edition.ts';
import { createWorld } from './world.ts';

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

  it('may be the example of the README', () => {
    const page = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const jira = createWorld(cloudEdition, parseSeedText(example, 'README.md'), () => new Date(), {
      site: () => 'https://my-org.example',
    });
    expect(jira.platform.findIssue('ABC-1')?.values.get('customfield_10050')).toBe('10001');
  });

  it('with a value that its field does not take does not start', async () => {
    const seed = parseSeed({
      projects: [{ key: 'ABC', name: 'Alphabet' }],
      issues: [{ key: 'ABC-1', summary: 'One', fields: { duedate: 'soon' } }],
    });
    await expect(startJiraSimulator({ edition: 'cloud', seed })).rejects.toThrow(
      'ABC-1, duedate: Error parsing',
    );
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
