import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, fitId } from './fit-text.ts';

const family = '👨‍👩‍👧';
const flag = '🇩🇪';

describe('cutText', () => {
  it.each([
    ['a text that fits stays', 'abcde', 5, 'abcde'],
    ['a longer one ends in an ellipsis', 'abcdef', 5, 'abcd…'],
    ['an empty one stays', '', 5, ''],
    ['a surrogate pair is not halved', 'abc😀def', 5, 'abc…'],
    ['a family stays together', `ab${family}cdefghijk`, 12, `ab${family}c…`],
    ['a family that does not fit goes as a whole', `ab${family}cdefg`, 10, 'ab…'],
    ['a flag at the very limit stays', `${flag}${flag}`, 8, `${flag}${flag}`],
    ['a flag over the limit goes as a whole', `a${flag}${flag}b`, 8, `a${flag}…`],
    ['an accent stays on its letter', 'abcde\u0301f', 6, 'abcd…'],
    ['a lone surrogate becomes a replacement character', 'a\uD83D', 5, 'a\uFFFD'],
    [
      'one character longer than the limit is cut between code points',
      `a${'\u0301'.repeat(9)}`,
      5,
      `a${'\u0301'.repeat(3)}…`,
    ],
    ['a pair inside such a character is not halved', `😀${'\u{1F3FB}'.repeat(9)}`, 4, '😀…'],
  ])('%s', (_, text, limit, expected) => {
    expect(cutText(text, limit)).toBe(expected);
  });

  it('keeps any text within the limit, well formed, and made of the beginning of the text', () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.string({ unit: 'grapheme', maxLength: 10 }),
        fc.constantFrom(family, flag, '\uD800', '\u0301'),
      ),
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 40 }), (parts, limit) => {
        const text = parts.join('');
        const cut = cutText(text, limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(cut.isWellFormed()).toBe(true);
        if (cut !== text.toWellFormed()) expect(text.toWellFormed().startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });

  it('cuts where a reader would, as if the whole text had been looked at', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 30, maxLength: 60 }), (text) => {
        const cut = cutText(text, 20).slice(0, -1);
        const characters = [...new Intl.Segmenter('en').segment(text)].map(({ index }) => index);
        expect([...characters, 0]).toContain(cut.length);
      }),
    );
  });
});

describe('fitId', () => {
  it('leaves an id that fits', () => {
    expect(fitId('deploy/main', 255)).toBe('deploy/main');
  });

  it('keeps two long ids apart that begin alike', () => {
    const [one, other] = [fitId(`${'p'.repeat(300)}1`, 255), fitId(`${'p'.repeat(300)}2`, 255)];
    expect(one).not.toBe(other);
    expect([one.length, other.length]).toEqual([255, 255]);
    expect(fitId(`${'p'.repeat(300)}1`, 255)).toBe(one);
  });
});
