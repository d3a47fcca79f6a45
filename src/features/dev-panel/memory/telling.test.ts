import { expect, it } from 'vitest';
import type { DevEntity } from '../../../kit/dev-info.ts';
import { type DevelopmentBody, tellingDelivery } from './telling.ts';

const at = new Date('2026-03-01T10:00:00Z');
const repository = { id: '7', name: 'acme/shop', url: 'https://code.example/acme/shop' };
const long = `Round totals ${'\u{1f600}'.repeat(5_000)} MYT-1`;
const commit = {
  sha: 'c1',
  message: long,
  author: { name: 'Ada' },
  at,
  url: `${repository.url}/commit/c1`,
  isMerge: false,
  files: [],
  fileCount: 0,
};
const shown = { repository, issueKeys: ['MYT-1'], formerIssueKeys: [] };
const link = { id: 'link', jiraConnectionId: 'jira' };

it.each<[string, DevEntity, (body: DevelopmentBody) => string | undefined]>([
  [
    'commit',
    { ...shown, kind: 'commit', commit },
    ({ entity }) => (entity.kind === 'commit' ? entity.commit.message : undefined),
  ],
  [
    'branch',
    { ...shown, kind: 'branch', branch: { name: 'topic', url: repository.url, head: commit } },
    ({ entity }) => (entity.kind === 'branch' ? entity.branch.head.message : undefined),
  ],
])(
  'a long message of a %s is kept no longer than a panel shows it, in whole characters',
  (_kind, entity, textOf) => {
    const { body, issueKeys } = tellingDelivery({
      link,
      telling: { entity, at, refusedKeys: [] },
      backfill: false,
    });
    const text = textOf(JSON.parse(body)) ?? '';
    expect(text.length).toBeGreaterThan(1_024);
    expect(text.length).toBeLessThanOrEqual(2_048);
    expect(text.isWellFormed()).toBe(true);
    expect(issueKeys).toEqual(['MYT-1']);
  },
);
