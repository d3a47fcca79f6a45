import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitList } from './split-list.ts';

describe('a list in a text', () => {
  it.each([
    ['', []],
    ['""', []],
    ['  ', []],
    ['abc', ['abc']],
    ['abc,', ['abc']],
    ['abc,  def', ['abc', 'def']],
    ['abc,  def, "ghi, jkl"', ['abc', 'def', 'ghi, jkl']],
    ['abc, def, "hij, klm"', ['abc', 'def', 'hij, klm']],
    ['"abc,def"', ['abc,def']],
    ['"abc,def",  abc', ['abc,def', 'abc']],
    ['"say ""hi"", then go", x', ['say "hi", then go', 'x']],
    ['5" disk', ['5" disk']],
    ['a "b, c" d', ['a "b, c" d']],
    ['a, ,b', ['a', 'b']],
  ])('%j', (text, items) => {
    expect(splitList(text)).toEqual(items);
  });

  it('has what was put into it', () => {
    const item = fc
      .string({ minLength: 1, unit: fc.constantFrom(...'ab,"  é\n') })
      .filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const quoted = items.map((text) => `"${text.replaceAll('"', '""')}"`);
        expect(splitList(quoted.join(' , '))).toEqual(items);
      }),
    );
  });

  it('splits where an even number of quotes follows', () => {
    const separator = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;
    fc.assert(
      fc.property(fc.string({ maxLength: 30, unit: fc.constantFrom(...'ab," ') }), (text) => {
        const raw = text.split(separator).map((item) => item.trim());
        const empty = ['', '""'];
        expect(splitList(text)).toHaveLength(raw.filter((item) => !empty.includes(item)).length);
      }),
    );
  });
});
