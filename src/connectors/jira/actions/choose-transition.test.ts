import { describe, expect, it } from 'vitest';
import type { TransitionChoice } from '../../../kit/jira-metadata.ts';
import { chooseTransition } from './choose-transition.ts';

const to = (id: string, name: string, status: string): TransitionChoice => ({
  id,
  name,
  toStatus: { id: `s${id}`, name: status, category: 'indeterminate' },
  fields: [],
});
const open = [
  to('1', 'Start', 'In Progress'),
  to('2', 'start', 'In Progress'),
  to('3', 'Resume', 'In Progress'),
  to('4', 'Close', 'Done'),
];
const wanted = (status: string, transitionName = '') => ({ status, transitionName, fields: [] });
const issue = { key: 'MYT-1', status: 'To Do', again: false };

describe('the transition that is wanted', () => {
  it.each([
    ['by status, the first', wanted('in progress'), '1'],
    ['by status and name', wanted('In Progress', 'Resume'), '3'],
    ['by name alone', wanted('', 'Close'), '4'],
    ['by the exact name before any other', wanted('', 'start'), '2'],
    ['by a name in any case', wanted('', 'CLOSE'), '4'],
  ])('%s', (_how, transition, id) => {
    expect(chooseTransition(open, transition, issue)?.id).toBe(id);
  });

  it.each([
    ['a status that none leads to', wanted('Rejected')],
    ['a name that leads elsewhere', wanted('Done', 'Start')],
    ['a name that none has', wanted('', 'Fly')],
  ])('is none for %s', (_what, transition) => {
    expect(() => chooseTransition(open, transition, issue)).toThrow(
      expect.objectContaining({
        code: 'transition-unavailable',
        hint: expect.stringContaining('"Close" to "Done"'),
      }),
    );
  });

  it('is none when the issue is there, unless it is called by its name', () => {
    const there = { ...issue, status: 'in progress' };
    expect(chooseTransition(open, wanted('In Progress'), there)).toBeUndefined();
    expect(chooseTransition(open, wanted('In Progress', 'Gone'), there)).toBeUndefined();
    expect(chooseTransition(open, wanted('', 'Start'), there)?.id).toBe('1');
    expect(chooseTransition(open, wanted('', 'Start'), { ...there, again: true })).toBeUndefined();
  });

  it('is none for an issue that the account cannot move', () => {
    expect(() => chooseTransition([], wanted('Done'), issue)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Transition Issues') }),
    );
  });
});
