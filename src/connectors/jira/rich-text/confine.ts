import type { Block, Inline, Table } from './tree.ts';

/** What every row of a table becomes where there can be no table: a line with its cells. */
function tableAsLines({ rows }: Table): Block {
  const lines = rows.map((cells) =>
    cells.flatMap((cell, index): Inline[] =>
      index === 0 ? cell : [{ type: 'text', text: ' | ', marks: {} }, ...cell],
    ),
  );
  const content = lines.flatMap((line, index): Inline[] =>
    index === 0 ? line : [{ type: 'break' }, ...line],
  );
  return { type: 'paragraph', content };
}

const asStrong = (content: Inline[]): Inline[] =>
  content.map((one) =>
    one.type === 'text' && !one.marks.code ? { ...one, marks: { ...one.marks, strong: true } } : one,
  );

/** A block as Jira shows it within a list or a quote: paragraphs, lists and code as they are, other blocks simpler. */
function simplify(block: Block): Block[] {
  switch (block.type) {
    case 'heading':
      return [{ type: 'paragraph', content: asStrong(block.content) }];
    case 'table':
      return [tableAsLines(block)];
    case 'quote':
      return block.content;
    case 'rule':
      return [];
    default:
      return [block];
  }
}

/** The content of a quote. */
export const inQuote = (blocks: Block[]): Block[] => blocks.flatMap(simplify);

/** The content of a list's item, which begins with a paragraph or code. */
export function inItem(blocks: Block[]): Block[] {
  const content = blocks.flatMap(simplify);
  const begins = content[0]?.type === 'paragraph' || content[0]?.type === 'code';
  return begins ? content : [{ type: 'paragraph', content: [] }, ...content];
}
