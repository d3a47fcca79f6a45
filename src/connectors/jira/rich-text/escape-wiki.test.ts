import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeWiki, escapeWikiPhrase } from './escape-wiki.ts';

/** The text that Jira shows for wiki text without markup: what is hidden by a backslash is set apart, entities are read. */
function shownBy(wiki: string): string {
  return wiki
    .replaceAll(bareLink, '$1')
    .replaceAll(/\\([-#*_+?^~|%{}[\]()!@])/g, '$1')
    .replaceAll(/&(?:#(\d+)|amp);/g, (_, code) => (code ? String.fromCodePoint(Number(code)) : '&'));
}

/** An address as a link of its own. */
const bareLink = /(?<!\\)\[(https?:[\w\-.~:/?#@!$&'*+,;=%]+)\]/g;

/** What Jira would read as markup; each `•` stands for something that was hidden. */
const markup: Record<string, RegExp> = {
  phrase: /(?<![\p{L}\p{Nd}])([*_\-+^~!]|\?\?)(?=\S)[^\n]*?(?<=\S)\1(?![\p{L}\p{Nd}])/u,
  macro: /\{/,
  link: /\[/,
  cell: /\|/,
  list: /^[ \t]*[*#-]+(?:\s|$)/m,
  heading: /^[ \t]*(?:h[1-6]|bq)\./im,
  rule: /^[ \t]*-{4,5}[ \t]*$/m,
  break: /\\/,
  emoticon: /[:;]-?[()]|(?<![\p{L}\p{Nd}]):-?[DPp]|\((?:[yni/x!+\-?*]|on|off|\*[rgby]|flag|flagoff)\)/u,
};

const hidden = (wiki: string) =>
  wiki
    .replaceAll(bareLink, '•')
    .replaceAll(/\\[-#*_+?^~|%{}[\]()!@]|&(?:#\d+|amp);/g, '•')
    .replaceAll(/\bhttps?:\/\/[\w\-.~:/?#@!$&'*+,;=%]+/g, '•');

const letters = [
  ...'*_-+^~!?{}[]|\\#.:;()/&@% \n\tabhxDP12éß😀<>"',
  'h1. ',
  'bq. ',
  '----',
  '\n- ',
  '\n** ',
  '&amp;',
  '&#42;',
  '(x)',
  ':)',
  '??',
  'C:\\temp\\',
  '\\\\',
  'https://a.b/_c_?d=*e*',
  'a-b',
  ' - ',
];
const anyText = fc.array(fc.constantFrom(...letters), { maxLength: 40 }).map((parts) => parts.join(''));

describe('a plain text as wiki text', () => {
  it.each([
    ['a-b, 2 * 3, a_b_c and 5 - 4', 'a-b, 2 * 3, a_b_c and 5 - 4'],
    ['*bold* -gone- +new+', '\\*bold* \\-gone- \\+new+'],
    ['- item\n# item\n** item', '\\- item\n\\# item\n\\*\\* item'],
    ['h2. Title', 'h2&#46; Title'],
    ['{code} [link] |cell|', '&#123;code} \\[link] &#124;cell&#124;'],
    ['{{code}} {*}bold{*}', '&#123;&#123;code}} &#123;\\*}bold&#123;\\*}'],
    ['GET https://a.b/{id}', 'GET [https://a.b/]&#123;id}'],
    ['C:\\temp \\\\server', 'C:&#92;temp &#92;&#92;server'],
    ['nice :) (x) :D', 'nice :\\) \\(x) :&#68;'],
    ['see https://a.b/_c_/*d* now', 'see https://a.b/_c_/*d* now'],
    ['&amp; & &#42;', '&amp;amp; & &amp;#42;'],
    ['why??', 'why\\?\\?'],
  ])('%j', (text, expected) => {
    expect(escapeWiki(text)).toBe(expected);
    expect(shownBy(escapeWiki(text))).toBe(text);
  });

  it('shows every character of every text, and no markup', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const wiki = escapeWiki(text);
        expect(shownBy(wiki)).toBe(text);
        const found = Object.entries(markup).filter(([, pattern]) => pattern.test(hidden(wiki)));
        expect(found.map(([name]) => `${name} in ${wiki}`)).toEqual([]);
        expect(shownBy(escapeWikiPhrase(text))).toBe(text);
        expect(escapeWikiPhrase(text).replaceAll(/\\./g, '')).not.toMatch(/[*_\-+^~!{}[\]|]/);
      }),
      { numRuns: 2_000 },
    );
  });
});
