import { expect, it } from 'vitest';
import type { SubmitOutcome } from '../../../kit/jira.ts';
import { developmentHandler } from './send-development.ts';

const untied = { unknownIssueKeys: [], refusedIssueKeys: [], leftOutIssueKeys: [], unknownServices: [] };
const refusedIssueKeys = [{ key: 'MYT-1', reason: 'no permission' }];
const stays = { key: 'MYT-1', outcome: 'rejected', message: 'no permission' };
const isOff = { key: 'MYT-2', outcome: 'withdrawn' };

it.each<[string, SubmitOutcome, object]>([
  [
    'is off both when Jira says nothing else',
    { state: 'accepted', ...untied },
    { state: 'delivered', answer: { issues: [{ key: 'MYT-1', outcome: 'withdrawn' }, isOff] } },
  ],
  [
    'stays on the one that Jira refuses to take it off',
    { state: 'accepted', ...untied, refusedIssueKeys },
    { state: 'partial', answer: { issues: [stays, isOff] } },
  ],
  [
    'stays there also when Jira rejects it',
    { state: 'rejected', ...untied, refusedIssueKeys, errors: ['MYT-1: no permission'] },
    { state: 'rejected', answer: { issues: [stays, isOff] }, error: { code: 'jira-rejected' } },
  ],
])('a branch that named two issues %s', async (_case, outcome, result) => {
  const handler = developmentHandler({
    get: async () => ({
      devInfo: {
        submit: async () => ({ outcomes: [outcome], requests: [] }),
        removeByProperties: async () => undefined,
        existsByProperties: async () => false,
      },
    }),
  });
  const entity = {
    kind: 'gone',
    of: 'branch',
    id: 'topic',
    issueKeys: [],
    formerIssueKeys: ['MYT-1', 'MYT-2'],
    repository: { id: '7', name: 'acme/shop', url: 'https://code.example/acme/shop' },
  };
  const body = JSON.stringify({ entity, linkId: 'l1', backfill: false });
  const delivery = { id: 'd1', connectionId: 'c1', topic: handler.topic, sequence: 1, issueKeys: [], body };
  const { outcomes } = await handler.send([delivery], { wake: () => undefined });
  expect(outcomes).toMatchObject([result]);
});
