import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyMarkdown } from './fixtures/markdown-samples.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { toWiki } from './to-wiki.ts';

describe('Markdown as wiki text', () => {
  it.each([
    ['nothing', '', ''],
    ['paragraphs and lines', 'one\ntwo\n\nthree', 'one\ntwo\n\nthree'],
    ['headings', '# A\n\n### B', 'h1. A\n\nh3. B'],
    ['looks', '**b** _e_ ~~s~~ `c`', '*b* _e_ -s- {{c}}'],
    ['looks within words', 'a**b**c `d`e', 'a{*}b{*}c {{{}d{}}}e'],
    ['looks beside looks', '**b _be_**', '*b* *_be_*'],
    ['marks within looks', '**a*b-c**', '*a\\*b\\-c*'],
    ['a link', '[a|b](https://x.y/a|b)', '[a&#124;b|https://x.y/a%7Cb]'],
    ['a bare link', 'https://x.y/a_b', '[https://x.y/a_b]'],
    ['code of a language that Jira colours', '```TS\na\n```', '{code:javascript}\na\n{code}'],
    ['code of a language with a strange name', '```constructor\na\n```', '{noformat}\na\n{noformat}'],
    ['code of another one', '```mermaid\na\n```', '{noformat}\na\n{noformat}'],
    ['code that holds the end of code', '```\n{noformat}\n```', '{noformat}\n{\u200bnoformat}\n{noformat}'],
    ['a list', '- a\n  1. b\n     - c\n- d', '* a\n*# b\n*#* c\n* d'],
    ['tasks', '- [x] a\n- [ ] b', '* ☑ a\n* ☐ b'],
    ['a quote', '> a\n>\n> - b', '{quote}\na\n\n* b\n{quote}'],
    ['a table', '|a|b|\n|-|-|\n|1<br>2||', '||a||b||\n|1 \\\\ 2| |'],
    ['a rule', '---', '----'],
    ['what would be markup of Jira', '{a} \\[b] *c* #1 | (x)', '&#123;a} \\[b] _c_ #1 &#124; \\(x)'],
    ['a line that would be a list of Jira', 'a\n\\# b\nh1. c', 'a\n\\# b\nh1&#46; c'],
  ])('%s', (_, markdown, expected) => {
    expect(toWiki(parseMarkdown(markdown))).toBe(expected);
  });

  it('never begins a macro that the author did not write as Markdown', () => {
    const own = /\{(?:code(?::[a-z#+]+)?|noformat|quote|[*_-])\}|\{\{(?:\{\})?|(?:\{\})?\}\}/g;
    fc.assert(
      fc.property(anyMarkdown, (markdown) => {
        const outside = toWiki(parseMarkdown(markdown))
          .replaceAll(/\{(code|noformat)[^}]*\}\n[\s\S]*?\n\{\1\}/g, '')
          .replaceAll(/\\./g, '')
          .replaceAll(own, '');
        expect(outside).not.toContain('{');
      }),
      { numRuns: 500 },
    );
  });
});
