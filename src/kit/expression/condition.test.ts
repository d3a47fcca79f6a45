import { describe, expect, it } from 'vitest';
import { errorOf, testScope } from './fixtures/scopes.ts';
import { compileCondition } from './index.ts';

const matches = (text: string) => compileCondition(text).matches(testScope());

describe('a criterion of an approval', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['<+issue.a> == "v1"', true],
    ['<+issue.a> == "v2"', false],
    ['<+issue.a> == "v1" || <+issue.b> == "v3"', true],
    ['<+issue.a> == "v1" && <+issue.b> == "v3"', false],
    ['<+issue."1-line Update"> == "test"', true],
    ['<+issue.Status> == "Done"', true],
    ['issue.Status == "Done"', true],
    ['<+issue.Status == "Done">', true],
    ['"<+issue.Status>" == "Done"', true],
    ['<+issue.Missing> == null', true],
    ['<+issue.Missing> == "x"', false],
    ['<+issue>.get("Missing") == null', true],
    ['<+issue.get("Missing")> != "x"', true],
    ['<+issue."Story Points"> > 4 and not (<+issue.a> eq "v2")', true],
  ])('%s is %s', (text, expected) => {
    expect(matches(text)).toBe(expected);
  });

  it('decides by no secret, wherever it is asked', () => {
    const { secret: _, ...scope } = testScope();
    const criterion = compileCondition('<+secrets.getValue("token")> == "x"');
    const error = errorOf(() => criterion.matches(scope));
    expect(error.code).toBe('expression-failed');
    expect(error.message).toContain('cannot be done with a secret');
  });

  it.each(['5', '"true"', '<+issue.a>', 'null', '[true]'])('%s is no boolean, and an error', (text) => {
    const error = errorOf(() => matches(text));
    expect(error.code).toBe('expression-failed');
    expect(error.message).toContain('a criterion is true or false');
    expect(error.hint).toContain('Compare it');
  });

  it.each(['', '   ', '<+issue.a> == ', '<+issue.a> <+issue.b>', 'issue.a = "v1"'])(
    'refuses "%s" when it is read',
    (text) => {
      expect(errorOf(() => compileCondition(text)).code).toBe('expression-invalid');
    },
  );

  it('knows its paths', () => {
    expect(compileCondition('<+issue."Story Points"> > 4 && issue.a =~ ["v1"]').paths).toEqual([
      ['issue', 'Story Points'],
      ['issue', 'a'],
    ]);
  });
});

describe('the operators', () => {
  it.each([
    // equality, as JEXL converts
    ['5 == "5"', true],
    ['"5" == 5.0', true],
    ['"five" == 5', false],
    ['"" == 0', false],
    ['true == "true"', true],
    ['true == 1', false],
    ['null == null', true],
    ['"" == null', false],
    ['"a" eq "a" and "a" ne "b"', true],
    ['[1, "2"] == ["1", 2]', true],
    ['{a: 1, b: [2]} == {b: [2], a: 1}', true],
    ['{a: 1} == {b: 1}', false],
    // order
    ['2 < 10', true],
    ['"2" < "10"', false],
    ['2 < "10"', true],
    ['3 >= 3 and 3 le 3 and 4 gt 3 and 3 ge 3', true],
    ['null < 1', false],
    ['null <= null', true],
    ['datetime.parse("2026-01-02") > "2026-01-01"', true],
    ['datetime.parse("2026-01-02T03:00:00+0300") == "2026-01-02"', true],
    // matching
    ['"abc" =~ "a.c"', true],
    ['"abcd" =~ "a.c"', false],
    ['"abcd" !~ "a.c"', true],
    ['"b" =~ ["a", "b"]', true],
    ['"c" !~ ["a", "b"]', true],
    ['"a" =~ {a: 1}', true],
    ['null =~ "x"', false],
    ['"abc" =^ "ab" and "abc" =$ "bc"', true],
    ['"abc" !^ "b" and "abc" !$ "b"', true],
    ['"a.b" =~ "a\\.b"', true],
    // logic
    ['true or null', true],
    ['false and null', false],
    ['"true" && true', true],
    ['!false', true],
    ['not true || true', true],
    ['true || false && false', true],
    // arithmetic
    ['1 + 2 * 3 == 7', true],
    ['(1 + 2) * 3 == 9', true],
    ['7 - 2 - 1 == 4', true],
    ['7 / 2 == 3.5', true],
    ['7 % 4 == 3', true],
    ['7 mod 4 == 7 - 8 div 2', true],
    ['-3 + 5 == 2', true],
    ['"1" + 2 == "12"', true],
    ['"3" * 2 == 6', true],
    ['1.5e3 == 1500', true],
    // choice
    ['(1 == 1 ? "a" : "b") == "a"', true],
    ['(false ? 1 : false ? 2 : 3) == 3', true],
    ['("" ?: "x") == "x"', true],
    ['("y" ?: "x") == "y"', true],
    ['(null ?? "x") == "x"', true],
    ['size("abc") == 3 and size([1]) == 1 and size({a: 1}) == 1', true],
    ['empty("") and empty([]) and empty({:}) and empty(null) and !empty(0)', true],
    // texts
    [`'it\\'s' == "it's"`, true],
    ['"\\u0041\\t" == "A\t"', true],
  ])('%s is %s', (text, expected) => {
    expect(matches(text)).toBe(expected);
  });

  it.each([
    ['1 + null', '+ adds numbers and joins texts, not a number and null'],
    ['"a" + null', 'this is null'],
    ['true + false', '+ adds numbers and joins texts'],
    ['[1] + 2', '+ adds numbers and joins texts'],
    ['1 / 0', '/ gives no number'],
    ['"a" * 2', '* needs a number'],
    ['null && true', 'A condition needs true or false, and this is null'],
    ['1 ? 2 : 3', 'A condition needs true or false, and this is a number'],
    ['[1] < 2', 'needs a number'],
    ['"a" =~ 5', '=~ needs a pattern or a list on its right'],
    ['"a" =~ "("', 'the regular expression cannot be used'],
    ['size(5)', 'size() needs a text, a list or a map'],
    ['size()', 'size() takes 1 argument, not 0'],
    ['datetime.parse("2026-01-02") < 5', 'a date is compared with dates only'],
  ])('%s is an error', (text, message) => {
    const error = errorOf(() => matches(text));
    expect(error.code).toBe('expression-failed');
    expect(error.message).toContain(message);
  });
});
