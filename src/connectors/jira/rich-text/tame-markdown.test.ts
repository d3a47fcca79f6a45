import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyMarkdown } from './fixtures/markdown-samples.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { fitForJira } from './plain-text.ts';
import { tameMarkdown } from './tame-markdown.ts';
import type { Block } from './tree.ts';

const size = 39_000;

const textOf = (blocks: Block[]): string =>
  blocks
    .map((block) => {
      if (block.type === 'code') return block.text;
      if (block.type === 'quote') return textOf(block.content);
      if (block.type === 'list') return block.items.map(({ content }) => textOf(content)).join('');
      if (block.type === 'table' || block.type === 'rule') return '';
      return block.content.map((one) => (one.type === 'text' ? one.text : '\n')).join('');
    })
    .join('\n');

/** Texts on which parsers of Markdown take the square of the length, or more stack than there is. */
const hostile: [string, string][] = [
  ['quotes in quotes', '>'.repeat(size)],
  ['lists in lists', `${'- '.repeat(size / 2)}a`],
  ['numbers in numbers', `${'1. '.repeat(size / 3)}a`],
  [
    'lists deeper line by line',
    Array.from({ length: 40 }, (_, line) => `${' '.repeat(line * 24)}${'- '.repeat(12)}a`).join('\n'),
  ],
  ['stars around stars', `${'*'.repeat(size / 2)}a${'*'.repeat(size / 2)}`],
  ['marks that never close', '*a_'.repeat(size / 3)],
  ['brackets that never close', '[[a'.repeat(size / 3)],
  ['pictures in pictures', '![a'.repeat(size / 4) + '](b)'.repeat(size / 16)],
  ['a quote that lazily goes on', '> a\nb\n'.repeat(size / 6)],
  ['a table of bars', `${'|a'.repeat(4_000)}|\n${'|-'.repeat(4_000)}|\n${'|\n'.repeat(2_900)}`],
];

describe('Markdown that means harm', () => {
  it.each(hostile)('is read to its end: %s', (_, markdown) => {
    const letters = (text: string) => text.replaceAll(/[^a-z]/g, '').length;
    const read = textOf(parseMarkdown(markdown));
    if (!markdown.includes('|')) expect(letters(read)).toBe(letters(markdown));
  });

  it('is refused when Jira would not take it either', () => {
    expect(() => parseMarkdown('a'.repeat(40_001))).toThrow(
      expect.objectContaining({
        code: 'request-invalid',
        message: expect.stringContaining('40001 characters'),
      }),
    );
  });
});

describe('what is tamed', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.nat(3_000), (markdown, stars) => {
        const text = fitForJira(`${markdown}${'*a'.repeat(stars)}${'*'.repeat(stars % 20)}`);
        const tamed = tameMarkdown(text);
        expect(tamed.restore(tamed.text)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  it('is no text that people write', () => {
    const text = '- a\n  - **b**\n\n> > c\n\n**********\n- - -\n\n```\n/*** x ***/\n```\n';
    expect(tameMarkdown(text).text).toBe(text);
  });

  it('is shown in code as it stands there', () => {
    const banner = '/**********\n * >>>>>>>>>>>>>>>>>\n **********/';
    expect(parseMarkdown(`\`\`\`\n${banner}\n\`\`\``)).toEqual([{ type: 'code', text: banner }]);
  });
});
