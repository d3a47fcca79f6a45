import { isObject } from '../route.ts';

const inline = [
  ...['text', 'hardBreak', 'mention', 'emoji', 'inlineCard', 'date', 'status', 'mediaInline'],
  ...['placeholder', 'inlineExtension'],
];
const lists = ['bulletList', 'orderedList', 'taskList', 'decisionList'];
const media = ['mediaSingle', 'mediaGroup'];
const plain = ['paragraph', 'heading', ...lists, 'codeBlock', 'rule', ...media, 'blockCard', 'extension'];
const cell = [...plain, 'panel', 'blockquote', 'embedCard', 'nestedExpand'];
const column = [...cell.filter((type) => type !== 'nestedExpand'), 'table', 'expand', 'bodiedExtension'];

/** What each node may hold (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/). */
const children: Record<string, string[]> = {
  doc: [...column, 'layoutSection'],
  paragraph: inline,
  heading: inline,
  caption: inline,
  taskItem: inline,
  decisionItem: inline,
  codeBlock: ['text'],
  bulletList: ['listItem'],
  orderedList: ['listItem'],
  listItem: ['paragraph', 'bulletList', 'orderedList', 'taskList', 'codeBlock', 'mediaSingle', 'extension'],
  taskList: ['taskItem', 'taskList', 'blockTaskItem'],
  decisionList: ['decisionItem'],
  blockquote: ['paragraph', 'bulletList', 'orderedList', 'codeBlock', ...media, 'extension'],
  panel: plain,
  expand: [...column.filter((type) => type !== 'expand'), 'nestedExpand'],
  nestedExpand: [...plain, 'panel', 'blockquote'],
  table: ['tableRow'],
  tableRow: ['tableCell', 'tableHeader'],
  tableCell: cell,
  tableHeader: cell,
  mediaSingle: ['media', 'caption'],
  mediaGroup: ['media'],
  layoutSection: ['layoutColumn'],
  layoutColumn: column,
  bodiedExtension: column,
  blockTaskItem: ['paragraph', 'extension'],
};

/** Nodes that may be there without holding anything. */
const mayBeEmpty = new Set([
  'doc',
  'paragraph',
  'heading',
  'codeBlock',
  'caption',
  'taskItem',
  'decisionItem',
]);
/** What an item of a list cannot begin with. */
const notFirst = new Set(['bulletList', 'orderedList', 'taskList']);
const marks = new Set([
  ...['strong', 'em', 'strike', 'underline', 'code', 'link', 'subsup', 'textColor', 'backgroundColor'],
  'annotation',
]);
/** Marks that code goes together with. */
const besideCode = new Set(['code', 'link', 'annotation']);
const panels = new Set(['info', 'note', 'tip', 'warning', 'success', 'error', 'custom']);

/** What the attributes of some nodes must hold. */
const attributes: Record<string, (attrs: Record<string, unknown>) => boolean> = {
  heading: ({ level }) => typeof level === 'number' && [1, 2, 3, 4, 5, 6].includes(level),
  panel: ({ panelType }) => typeof panelType === 'string' && panels.has(panelType),
  mention: ({ id }) => typeof id === 'string',
  orderedList: ({ order = 1 }) => Number.isInteger(order),
  inlineCard: ({ url, data }) => typeof url === 'string' || isObject(data),
};

function areMarksFit(given: unknown): boolean {
  if (given === undefined) return true;
  if (!Array.isArray(given)) return false;
  const types = given.map((mark: unknown) => (isObject(mark) ? String(mark.type) : ''));
  if (new Set(types).size < types.length || !types.every((type) => marks.has(type))) return false;
  const links = given.filter((mark) => mark.type === 'link');
  if (!links.every(({ attrs }) => isObject(attrs) && typeof attrs.href === 'string')) return false;
  return !types.includes('code') || types.every((type) => besideCode.has(type));
}

/** Whether a node and all in it are of the Atlassian Document Format, as strictly as Jira looks. */
export function isWellFormed(node: unknown, parent?: string): boolean {
  if (!isObject(node) || typeof node.type !== 'string') return false;
  const { type, text, content, attrs } = node;
  if (type === 'text') {
    if (typeof text !== 'string' || text === '') return false;
    return parent === 'codeBlock' ? node.marks === undefined : areMarksFit(node.marks);
  }
  if (attributes[type]?.(isObject(attrs) ? attrs : {}) === false) return false;
  const held = content ?? [];
  const allowed = children[type];
  if (!Array.isArray(held)) return false;
  if (allowed === undefined) return held.length === 0;
  if (held.length === 0) return mayBeEmpty.has(type);
  if (type === 'listItem' && notFirst.has(held[0]?.type)) return false;
  return held.every((one) => isObject(one) && allowed.includes(String(one.type)) && isWellFormed(one, type));
}
