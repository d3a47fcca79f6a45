import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JqlError, listClauses, parseJql } from './jql.ts';

it('gives back what was written, whatever the value holds', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.boolean(), (value, single) => {
      const quote = single ? "'" : '"';
      const written = value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
      const query = parseJql(`summary ~ ${quote}${written}${quote} AND key = MYT-1`);
      expect(listClauses(query).map((clause) => clause.values)).toEqual([[value], ['MYT-1']]);
    }),
  );
});

it('parses or refuses any text, and ends', () => {
  const words = fc.constantFrom(
    'project',
    '=',
    'in',
    '(',
    ')',
    ',',
    'AND',
    'or',
    'not',
    'is',
    'order',
    'by',
    '"',
    "'",
    '[',
    ' ',
    'x',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((list) => list.join(' ')),
      ),
      (text) => {
        try {
          expect(parseJql(text).order.length).toBeLessThanOrEqual(7);
        } catch (error) {
          expect(error).toBeInstanceOf(JqlError);
        }
      },
    ),
  );
});
