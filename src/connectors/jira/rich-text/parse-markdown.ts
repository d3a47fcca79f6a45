import type { Definition, FootnoteDefinition, Nodes, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { TielineError } from '../../../kit/errors.ts';
import { inItem, inQuote } from './confine.ts';
import { fitForJira } from './plain-text.ts';
import { createInlineReader, type InlineReader, plainLines } from './read-inline.ts';
import { tameMarkdown } from './tame-markdown.ts';
import type { Block, Inline, ListItem } from './tree.ts';

/** Somewhat more than Jira takes for a text unless its administrator allows more: 32,767. */
const longestMarkdown = 40_000;

/** So many lines are data, not prose; the parser takes the square of them where they go on a quote or a list. */
const mostLines = 3_000;

const mostCells = 20_000;

/** Lists deeper than this go on at its level: Jira indents no further. */
const deepestList = 10;

/**
 * Markdown as blocks: CommonMark with the tables, tasks, strikethroughs, bare links and footnotes of GitHub
 * (https://github.github.com/gfm/). The end of a line ends it, as in GitHub's comments and in Jira. What Jira cannot show
 * where it stands becomes text: raw HTML, headings and tables within a list. More than 3,000 lines are shown as they are.
 * @throws request-invalid when the text is longer than 40,000 characters
 */
export function parseMarkdown(markdown: string): Block[] {
  if (markdown.length > longestMarkdown) {
    throw new TielineError(
      'request-invalid',
      `The text has ${markdown.length} characters; Markdown may have ${longestMarkdown}`,
      {
        hint: 'Jira itself takes 32,767 characters unless it was told otherwise: attach a long text as a file.',
      },
    );
  }
  const whole = fitForJira(markdown);
  if (whole.split('\n').length > mostLines) return paragraph(plainLines(whole));
  const { text, restore } = tameMarkdown(whole);
  const root = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const definitions = new Map<string, Definition>();
  collectDefinitions(root, definitions);
  const inline = createInlineReader(definitions, restore);
  return root.children.flatMap((node) => toBlocks(node, { inline, restore, depth: 0 }));
}

/** Definitions stand wherever blocks do; the first of a name holds. */
function collectDefinitions(node: Nodes, found: Map<string, Definition>): void {
  if (node.type === 'definition' && !found.has(node.identifier)) found.set(node.identifier, node);
  if (
    node.type === 'root' ||
    node.type === 'blockquote' ||
    node.type === 'list' ||
    node.type === 'listItem'
  ) {
    for (const child of node.children) collectDefinitions(child, found);
  }
}

interface Reading {
  inline: InlineReader;
  restore: (piece: string) => string;
  /** How many lists are around. */
  depth: number;
}

const headingLevels = [1, 2, 3, 4, 5, 6] as const;

function toBlocks(node: RootContent, reading: Reading): Block[] {
  const { inline, restore, depth } = reading;
  switch (node.type) {
    case 'paragraph':
      return paragraph(inline(node.children));
    case 'heading': {
      const level = headingLevels.find((one) => one === node.depth) ?? 6;
      return [{ type: 'heading', level, content: inline(node.children) }];
    }
    case 'code': {
      const language = node.lang ? { language: restore(node.lang) } : {};
      return [{ type: 'code', ...language, text: restore(node.value) }];
    }
    case 'blockquote': {
      const content = inQuote(node.children.flatMap((child) => toBlocks(child, reading)));
      return content.length === 0 ? [] : [{ type: 'quote', content }];
    }
    case 'list': {
      const items = node.children.map((item): ListItem => {
        const below = { ...reading, depth: depth + 1 };
        const content = inItem(item.children.flatMap((child) => toBlocks(child, below)));
        return { ...(typeof item.checked === 'boolean' && { checked: item.checked }), content };
      });
      if (depth >= deepestList) return items.flatMap(({ content }) => content);
      return [{ type: 'list', ordered: node.ordered === true, start: node.start ?? 1, items }];
    }
    case 'table':
      return [
        {
          type: 'table',
          rows: evenRows(node.children.map((row) => row.children.map((cell) => inline(cell.children)))),
        },
      ];
    case 'thematicBreak':
      return [{ type: 'rule' }];
    case 'html':
      return paragraph(inline([node]));
    case 'footnoteDefinition':
      return footnote(node, reading);
    default:
      return [];
  }
}

const paragraph = (content: Inline[]): Block[] =>
  content.length === 0 ? [] : [{ type: 'paragraph', content }];

/** A row with fewer cells than the head gets empty ones; not so where that would make very many. */
function evenRows(rows: Inline[][][]): Inline[][][] {
  const width = rows[0]?.length ?? 0;
  if (width * rows.length > mostCells) return rows;
  return rows.map((cells) => [...cells, ...Array.from({ length: width - cells.length }, () => [])]);
}

/** A footnote where it is defined, its mark before it. */
function footnote(node: FootnoteDefinition, reading: Reading): Block[] {
  const mark = {
    type: 'text' as const,
    text: `[${reading.restore(node.label ?? node.identifier)}] `,
    marks: {},
  };
  const [first, ...rest] = node.children.flatMap((child) => toBlocks(child, reading));
  if (first?.type === 'paragraph') return [{ ...first, content: [mark, ...first.content] }, ...rest];
  return [{ type: 'paragraph', content: [mark] }, ...(first === undefined ? [] : [first]), ...rest];
}
