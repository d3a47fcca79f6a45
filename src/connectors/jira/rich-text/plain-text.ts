import { isFields } from '../json-fields.ts';

/** What no text of Jira can hold: control characters but tab and line feed, halves of characters, non-characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unfit = /[\u0000-\u0008\u000B-\u001F\uFDD0-\uFDEF\uFFFE\uFFFF]/g;

/** A text without what Jira cannot keep: lines end in a line feed, and control characters are gone. */
export const fitForJira = (text: string): string =>
  text.toWellFormed().replaceAll(/\r\n?/g, '\n').replaceAll(unfit, '');

/** A text as a document, a paragraph a line. Atlassian Document Format, version 1: no empty text node. */
export const documentOf = (text: string) => ({
  type: 'doc',
  version: 1,
  content: fitForJira(text)
    .split('\n')
    .map((line) => ({
      type: 'paragraph',
      content: line === '' ? [] : [{ type: 'text', text: line }],
    })),
});

/** Nodes whose text is an attribute. */
const textAttributes: Record<string, string> = {
  mention: 'text',
  emoji: 'text',
  status: 'text',
  inlineCard: 'url',
  blockCard: 'url',
  embedCard: 'url',
};

/** Nodes that hold lines, and what stands between those. */
const betweenBlocks: Record<string, string> = {
  doc: '\n',
  blockquote: '\n',
  panel: '\n',
  expand: '\n',
  nestedExpand: '\n',
  bulletList: '\n',
  orderedList: '\n',
  listItem: '\n',
  taskList: '\n',
  decisionList: '\n',
  table: '\n',
  tableCell: '\n',
  tableHeader: '\n',
  layoutSection: '\n',
  layoutColumn: '\n',
  tableRow: ' | ',
};

/** Deeper than anybody writes; what is below is left out. */
const deepestNode = 200;

/** The text in what Jira shows: a text as it is, or a document in whatever nodes, a line each block. */
export function plainTextOf(shown: unknown, depth = 0): string {
  if (typeof shown === 'string') return shown;
  if (!isFields(shown) || depth > deepestNode) return '';
  if (shown.type === 'hardBreak') return '\n';
  if (typeof shown.text === 'string') return shown.text;
  const type = typeof shown.type === 'string' ? shown.type : '';
  const attribute = textAttributes[type];
  if (attribute !== undefined && isFields(shown.attrs)) {
    const text = shown.attrs[attribute];
    return typeof text === 'string' ? text : '';
  }
  if (!Array.isArray(shown.content)) return '';
  return shown.content.map((node) => plainTextOf(node, depth + 1)).join(betweenBlocks[type] ?? '');
}
