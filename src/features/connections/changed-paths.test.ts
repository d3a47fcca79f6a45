import { expect, it } from 'vitest';
import { changedPaths } from './changed-paths.ts';

it.each<[unknown, unknown, string[]]>([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1, b: 2 }, { b: 3, a: 1 }, ['b']],
  [{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ['a.b.c']],
  [{ a: 1 }, { b: 1 }, ['a', 'b']],
  [{ token: { secret: 'x' } }, { token: { secret: 'y' } }, ['token.secret']],
  [{ list: ['x'] }, { list: ['x', 'y'] }, ['list.1']],
  [{ a: { b: 1 } }, {}, ['a']],
  [{ a: null }, { a: {} }, ['a']],
])('%j and then %j differ at %j', (before, after, paths) => {
  expect(changedPaths(before, after)).toEqual(paths);
});
