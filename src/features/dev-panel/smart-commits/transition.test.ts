import { expect, it } from 'vitest';
import type { TransitionChoice, UserChoice } from '../../../kit/jira-metadata.ts';
import { getAuthor } from './author.ts';
import { getTransition } from './transition.ts';

const open = (...names: string[]): TransitionChoice[] =>
  names.map((name, index) => ({
    id: String(index),
    name,
    toStatus: { id: '1', name: 'Done', category: 'done' },
    fields: [],
  }));

it.each([
  ['close', ['Close', 'Close and archive'], 'Close'],
  ['CLOSE', ['Reopen', 'Close Issue'], 'Close Issue'],
  ['start-review', ['Start Progress', 'Start Review'], 'Start Review'],
  ['start-re', ['Start Review'], undefined],
  ['in-progress', ['In  Progress'], 'In  Progress'],
])('#%s among %j is %s', (name, names, expected) => {
  const find = () => getTransition(open(...names), name, 'MYT-1').name;
  if (expected === undefined) expect(find).toThrow('names no transition of MYT-1');
  else expect(find()).toBe(expected);
});

it('a name that may mean two transitions is refused with both', () => {
  expect(() => getTransition(open('Start Progress', 'Start Review'), 'start', 'MYT-1')).toThrow(
    '#start may mean "Start Progress", "Start Review" on MYT-1',
  );
});

it('an issue without open transitions is told as such', () => {
  expect(() => getTransition([], 'start', 'MYT-1')).toThrow('open to the account now; none is');
});

const user = (id: string, given: Partial<UserChoice> = {}): UserChoice => ({
  id,
  displayName: id,
  active: true,
  ...given,
});
const email = 'ada@example.com';

it.each([
  ['the one with the address', [user('a', { email: 'ADA@example.com' }), user('b', { email: 'x' })], 'a'],
  ['the one who hides it', [user('a')], 'a'],
  ['not one who left', [user('a', { email, active: false })], 'Jira knows no active user'],
  [
    'not another of a like address',
    [user('a', { email: 'ada@example.com.au' })],
    'Jira knows no active user',
  ],
  ['none of two', [user('a', { email }), user('b', { email })], 'several Jira users'],
  ['none of two who hide it', [user('a'), user('b')], 'several Jira users'],
])('a commit is of %s', async (_what, users, expected) => {
  const found = getAuthor({ users: async () => users }, { name: 'Ada', email }).then(
    ({ id }) => id,
    (error: unknown) => String(error),
  );
  expect(await found).toContain(expected);
});

it('a commit without an address is of nobody', async () => {
  await expect(getAuthor({ users: async () => [] }, { name: 'Ada' })).rejects.toThrow(
    'bears no e-mail address',
  );
});
