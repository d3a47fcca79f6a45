import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAdf } from './fixtures/check-adf.ts';
import { anyMarkdown } from './fixtures/markdown-samples.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { type AdfNode, toAdf } from './to-adf.ts';

/** A document in short: types, texts with their marks, no braces. */
function inShort({ type, text, marks = [], attrs = {}, content = [] }: AdfNode): string {
  const looks = marks.map((mark) => (mark.attrs ? `link=${mark.attrs.href}` : mark.type)).join('+');
  if (text !== undefined) return looks === '' ? text : `<${looks}:${text}>`;
  if (type === 'hardBreak') return '⏎';
  const about = Object.entries(attrs).map(([name, value]) => ` ${name}=${value}`);
  return `${type}${about.join('')}(${content.map(inShort).join(content.some((child) => child.text) ? '' : ' ')})`;
}

const shortOf = (markdown: string) => toAdf(parseMarkdown(markdown)).content.map(inShort).join(' ');

describe('Markdown as a document', () => {
  it.each([
    ['nothing', '', ''],
    ['a text', 'plain', 'paragraph(plain)'],
    ['paragraphs', 'one\n\ntwo', 'paragraph(one) paragraph(two)'],
    ['the end of a line, as people mean it', 'one\ntwo', 'paragraph(one⏎two)'],
    ['headings', '# T\n\nt\n===\n\n###### x', 'heading level=1(T) heading level=1(t) heading level=6(x)'],
    ['looks', '**b** _e_ ~~s~~ `c`', 'paragraph(<strong:b> <em:e> <strike:s> <code:c>)'],
    ['looks within looks', '**b _be_**', 'paragraph(<strong:b ><em+strong:be>)'],
    ['code that is marked, as Jira has no other look for it', '**`c`**', 'paragraph(<code:c>)'],
    ['a link', '[a `b`](https://x.y)', 'paragraph(<link=https://x.y:a ><link=https://x.y+code:b>)'],
    ['a link by reference', '[a][B]\n\n[b]: https://x.y', 'paragraph(<link=https://x.y:a>)'],
    ['a bare link', 'see https://x.y.', 'paragraph(see <link=https://x.y:https://x.y>.)'],
    ['a bare e-mail address', 'a@b.cd', 'paragraph(<link=mailto:a@b.cd:a@b.cd>)'],
    ['a picture, as a link', '![i](https://x.y/z.png)', 'paragraph(<link=https://x.y/z.png:i>)'],
    ['an address that leads nowhere from Jira', '[a](docs/x.md)', 'paragraph(a (docs/x.md))'],
    ['an address that runs something', '[a](javascript:b)', 'paragraph(a)'],
    ['code', '```ts\nlet a;\n\nb\n```', 'codeBlock language=ts(let a;\n\nb)'],
    ['code of no language', '```\n*\n```', 'codeBlock(*)'],
    ['empty code', '```\n```', 'codeBlock()'],
    ['a rule', 'a\n\n---', 'paragraph(a) rule()'],
    ['a list', '- a\n- b', 'bulletList(listItem(paragraph(a)) listItem(paragraph(b)))'],
    ['numbers', '3. a\n4. b', 'orderedList order=3(listItem(paragraph(a)) listItem(paragraph(b)))'],
    [
      'a list in a list',
      '- a\n  1. b',
      'bulletList(listItem(paragraph(a) orderedList(listItem(paragraph(b)))))',
    ],
    [
      'a list that begins with a list',
      '- - a',
      'bulletList(listItem(paragraph() bulletList(listItem(paragraph(a)))))',
    ],
    ['a heading in a list', '- # a `b`', 'bulletList(listItem(paragraph(<strong:a ><code:b>)))'],
    [
      'tasks',
      '- [ ] a\n- [x] b\n  - [ ] c',
      'taskList localId=task-1(taskItem localId=task-2 state=TODO(a) taskItem localId=task-3 state=DONE(b) taskList localId=task-4(taskItem localId=task-5 state=TODO(c)))',
    ],
    [
      'tasks among other items',
      '- [x] a\n- b',
      'bulletList(listItem(paragraph(☑ a)) listItem(paragraph(b)))',
    ],
    ['a quote', '> a\n> b', 'blockquote(paragraph(a⏎b))'],
    ['a quote in a quote', '> a\n>\n> > b', 'blockquote(paragraph(a) paragraph(b))'],
    [
      'a table, whose rows are as long as its head',
      '|a|b|\n|-|-|\n|*1*|',
      'table(tableRow(tableHeader(paragraph(a)) tableHeader(paragraph(b))) tableRow(tableCell(paragraph(<em:1>)) tableCell(paragraph())))',
    ],
    ['a table in a quote', '> |a|b|\n> |-|-|\n> |1|2|', 'blockquote(paragraph(a | b⏎1 | 2))'],
    ['HTML, as it is written', '<u>a</u><br>b <!-- no -->', 'paragraph(<u>a</u>⏎b )'],
    ['a footnote', 'a[^n]\n\n[^n]: b', 'paragraph(a[n]) paragraph([n] b)'],
    ['what is escaped', '\\*a\\* &lt;', 'paragraph(*a* <)'],
  ])('%s', (_, markdown, expected) => {
    const document = toAdf(parseMarkdown(markdown));
    expect(checkAdf(document)).toEqual([]);
    expect(shortOf(markdown)).toBe(expected);
  });

  it('has lists ten deep, and what is deeper on their level', () => {
    const levels = Array.from({ length: 12 }, (_, level) => `${' '.repeat(level * 4)}- ${level + 1}`);
    const document = toAdf(parseMarkdown(levels.join('\n')));
    expect(checkAdf(document)).toEqual([]);
    const text = JSON.stringify(document);
    expect(text.split('"bulletList"')).toHaveLength(11);
    expect(levels.every((_, level) => text.includes(`"text":"${level + 1}"`))).toBe(true);
  });

  it('is one that Jira takes, whatever the text', () => {
    fc.assert(
      fc.property(anyMarkdown, (markdown) => {
        expect(checkAdf(toAdf(parseMarkdown(markdown)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
