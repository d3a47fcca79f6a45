import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differences } from './differences.ts';

it.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1, b: undefined }, { a: 1 }, []],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, [{ path: 'a.c', before: 2, after: 3 }]],
  [
    { a: 1 },
    { b: 2 },
    [
      { path: 'a', before: 1, after: null },
      { path: 'b', before: null, after: 2 },
    ],
  ],
  [{ a: [1, 2] }, { a: [2, 1] }, [{ path: 'a', before: [1, 2], after: [2, 1] }]],
  [{ a: { b: 1 } }, { a: [1] }, [{ path: 'a', before: { b: 1 }, after: [1] }]],
  [{}, { toString: 'x' }, [{ path: 'toString', before: null, after: 'x' }]],
])('between %j and %j are %j', (before, after, expected) => {
  expect(differences(before, after)).toEqual(expected);
});

it('are none between what is the same, and some between what is not', () => {
  const value = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 });
  fc.assert(
    fc.property(value, fc.string({ minLength: 1 }), (tree, key) => {
      expect(differences(tree, structuredClone(tree))).toEqual([]);
      const changed = Object.fromEntries([...Object.entries(tree), [key, { new: tree }]]);
      expect(differences(tree, changed).length).toBeGreaterThan(0);
    }),
  );
});
