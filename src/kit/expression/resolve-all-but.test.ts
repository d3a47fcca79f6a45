import fc from 'fast-check';
import { expect, it } from 'vitest';
import { errorOf, testScope } from './fixtures/scopes.ts';
import { compileCondition, resolveAllBut } from './index.ts';

const resolve = (text: string) => resolveAllBut(text, ['issue'], testScope());

it.each([
  ['<+issue.Status> == <+pipeline.variables.tier>', '<+issue.Status> == "gold"'],
  ['<+issue.Status> == "<+pipeline.name> 1"', '<+issue.Status> == "Shop release 1"'],
  ['issue.a == "<+issue.b> <+pipeline.name>"', 'issue.a == "<+issue.b> Shop release"'],
  ['<+issue.a> =~ pipeline.tags', '<+issue.a> =~ ["blue", "green"]'],
  ['<+issue.a == pipeline.variables.count>', '<+issue.a == 5>'],
  ['issue.<+stage.variables.which> == null', 'issue."version" == null'],
  ['<+issue.a> == "x" || <+pipeline.name> == "y"', '<+issue.a> == "x" || false'],
  ['<+issue.a> == (pipeline.nobody ?? "z")', '<+issue.a> == "z"'],
  ['issue.Due < currentDate().plusDays(pipeline.variables.count)', 'issue.Due < currentDate().plusDays(5)'],
  ['(stage.nobody ?? currentDate()) == issue.a', '(null ?? currentDate()) == issue.a'],
  ['<+issue.a> == "v1"', '<+issue.a> == "v1"'],
  ['1 + 1 == 2', '1 + 1 == 2'],
])('%s becomes %s', (text, expected) => {
  expect(resolve(text)).toBe(expected);
});

it('refuses a secret, and what is not there', () => {
  expect(errorOf(() => resolve('<+issue.a> == <+secrets.getValue("token")>')).code).toBe('expression-failed');
  expect(errorOf(() => resolve('<+issue.a> == <+pipeline.nobody>')).code).toBe('expression-unresolved');
  expect(errorOf(() => resolve('<+issue.a> ==')).code).toBe('expression-invalid');
});

it('says the same as the criterion itself, whatever the values hold', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('"', "'", '\\', '<+x>', '\n', '<+', '\\"'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const text =
    'issue.a == pipeline.x || "<+issue.b>" == "<+pipeline.y>" || \'<+issue.b>-<+pipeline.y>\' == issue.c';
  const criterion = compileCondition(text);
  fc.assert(
    fc.property(value, value, fc.string({ unit: 'binary' }), (x, a, y) => {
      const issue = { a, b: y, c: `${y}-${y}` };
      const everything = testScope({ pipeline: { x, y }, issue });
      const resolved = compileCondition(resolveAllBut(text, ['issue'], everything));
      expect(resolved.matches(testScope({ pipeline: {}, issue }))).toBe(criterion.matches(everything));
    }),
  );
});
