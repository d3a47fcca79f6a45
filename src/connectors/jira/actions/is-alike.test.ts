import { expect, it } from 'vitest';
import { Secret } from '../../../kit/secret.ts';
import { isAlike } from './is-alike.ts';

const paragraph = (text: unknown, more = {}) => ({
  type: 'paragraph',
  ...more,
  content: [{ type: 'text', text }],
});

it.each([
  ['one line', 'one line', true],
  ['two\nlines ', 'two\r\nlines', true],
  ['one line', 'another', false],
  [paragraph('a'), paragraph('a', { attrs: { localId: 'x' } }), true],
  [paragraph('a'), paragraph('b'), false],
  [paragraph(new Secret('s')), paragraph('whatever'), true],
  [[paragraph('a')], [paragraph('a'), paragraph('b')], false],
  [{ level: 1 }, { level: 2 }, false],
  [{ level: 1 }, 'level', false],
])('%j and %j: %s', (sent, shown, alike) => {
  expect(isAlike(sent, shown)).toBe(alike);
});
