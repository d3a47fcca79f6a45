import { describe, expect, it } from 'vitest';
import { chooseLinkEnds } from './link-types.ts';

const types = [
  { id: '1', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
  { id: '2', name: 'Relates', inward: 'relates to', outward: 'relates to' },
  // Its name is the inward words of another one.
  { id: '3', name: 'is blocked by', inward: 'waits for', outward: 'holds' },
];

describe('the words of a link', () => {
  it.each([
    ['blocks', '1', true],
    ['Is Blocked By', '1', false],
    ['BLOCKS', '1', true],
    ['Relates', '2', true],
    ['relates to', '2', true],
    ['waits for', '3', false],
  ])('%s', (type, id, isOutward) => {
    expect(chooseLinkEnds(types, { type, issue: 'MYT-2' })).toMatchObject({
      type: id,
      isOutward,
      other: 'MYT-2',
    });
  });

  it('that Jira does not have are told with those it has', () => {
    expect(() => chooseLinkEnds(types, { type: 'likes', issue: 'MYT-2' })).toThrow(
      expect.objectContaining({
        hint: 'There are: blocks, is blocked by, relates to, holds, waits for.',
      }),
    );
  });
});
