import { expect, it } from 'vitest';
import type { SubmitOutcome, Untied } from '../kit/jira.ts';
import { judgeOutcome } from './issue-outcomes.ts';

const none: Untied = {
  unknownIssueKeys: [],
  refusedIssueKeys: [],
  leftOutIssueKeys: [],
  unknownServices: [],
};
const refused = { refusedIssueKeys: [{ key: 'MYT-2', reason: 'no permission' }] };
const keys = ['MYT-1', 'MYT-2'];

it.each<[string, Exclude<SubmitOutcome, { state: 'failed' }>, string, string[]]>([
  ['takes both', { state: 'accepted', ...none }, 'delivered', ['linked', 'linked']],
  [
    'knows one only',
    { state: 'accepted', ...none, unknownIssueKeys: ['MYT-1'] },
    'partial',
    ['unknown: Jira knows no such issue', 'linked'],
  ],
  [
    'refuses one only',
    { state: 'accepted', ...none, ...refused },
    'partial',
    ['linked', 'rejected: no permission'],
  ],
  [
    'knows one and refuses the other',
    {
      state: 'rejected',
      ...none,
      ...refused,
      unknownIssueKeys: ['MYT-1'],
      errors: ['MYT-2: no permission'],
    },
    'rejected',
    ['unknown: Jira knows no such issue', 'rejected: no permission'],
  ],
  [
    'refuses the whole',
    { state: 'rejected', ...none, errors: ['no name', 'no state'] },
    'rejected',
    ['rejected: no name; no state', 'rejected: no name; no state'],
  ],
  [
    'does not know a service',
    { state: 'accepted', ...none, unknownServices: ['till'] },
    'partial',
    ['linked', 'linked'],
  ],
])('of two issues Jira %s', (_what, outcome, state, issues) => {
  const judged = judgeOutcome(outcome, keys);
  expect(judged.state).toBe(state);
  expect(judged.issues.map(({ outcome: word, message }) => (message ? `${word}: ${message}` : word))).toEqual(
    issues,
  );
  expect(judged.issues.map(({ key }) => key)).toEqual(keys);
});
