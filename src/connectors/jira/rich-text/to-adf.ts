import { type Block, boxOf, type Inline, isTaskList, type List, type ListItem, type Marks } from './tree.ts';

/** A node of the Atlassian Document Format. */
export interface AdfNode {
  type: string;
  attrs?: Record<string, string | number>;
  content?: AdfNode[];
  text?: string;
  marks?: { type: string; attrs?: { href: string } }[];
}

/** A document of the Atlassian Document Format, version 1. */
export interface AdfDocument extends AdfNode {
  type: 'doc';
  version: 1;
  content: AdfNode[];
}

/**
 * Blocks as a document. Tasks are action items where those may stand, else items with a box before them.
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
export function toAdf(blocks: Block[]): AdfDocument {
  let tasks = 0;
  const nextTask = () => `task-${++tasks}`;
  return { type: 'doc', version: 1, content: blocks.map((block) => toNode(block, nextTask)) };
}

/** `nextTask` names the next action item; absent where there can be none. */
function toNode(block: Block, nextTask?: () => string): AdfNode {
  switch (block.type) {
    case 'paragraph':
      return { type: 'paragraph', content: toInlines(block.content) };
    case 'heading':
      return { type: 'heading', attrs: { level: block.level }, content: toInlines(block.content) };
    case 'code':
      return {
        type: 'codeBlock',
        attrs: block.language === undefined ? {} : { language: block.language },
        content: block.text === '' ? [] : [{ type: 'text', text: block.text }],
      };
    case 'quote':
      return { type: 'blockquote', content: block.content.map((child) => toNode(child)) };
    case 'rule':
      return { type: 'rule' };
    case 'list':
      return nextTask !== undefined && areActionItems(block) ? toTasks(block, nextTask) : toList(block);
    case 'table':
      return {
        type: 'table',
        content: block.rows.map((cells, row) => ({
          type: 'tableRow',
          content: cells.map((cell) => ({
            type: row === 0 ? 'tableHeader' : 'tableCell',
            content: [{ type: 'paragraph', content: toInlines(cell) }],
          })),
        })),
      };
  }
}

/** An action item is one paragraph, below which may be action items again. */
const areActionItems = (list: List): boolean =>
  isTaskList(list) &&
  list.items.every(({ content: [first, ...rest] }) => {
    const isLine = first === undefined || first.type === 'paragraph';
    return isLine && rest.every((block) => block.type === 'list' && areActionItems(block));
  });

function toTasks(list: List, nextTask: () => string): AdfNode {
  return {
    type: 'taskList',
    attrs: { localId: nextTask() },
    content: list.items.flatMap(({ checked, content: [first, ...rest] }) => {
      const state = checked ? 'DONE' : 'TODO';
      const content = first?.type === 'paragraph' ? toInlines(first.content) : [];
      const item = { type: 'taskItem', attrs: { localId: nextTask(), state }, content };
      return [item, ...rest.flatMap((block) => (block.type === 'list' ? [toTasks(block, nextTask)] : []))];
    }),
  };
}

function toList({ ordered, start, items }: List): AdfNode {
  const content = items.map((item) => ({ type: 'listItem', content: itemContent(item) }));
  if (!ordered) return { type: 'bulletList', content };
  return { type: 'orderedList', ...(start !== 1 && { attrs: { order: start } }), content };
}

function itemContent(item: ListItem): AdfNode[] {
  const box = boxOf(item);
  const nodes = item.content.map((block) => toNode(block));
  if (box === '') return nodes;
  const boxNode: AdfNode = { type: 'text', text: box };
  const [first, ...rest] = nodes;
  if (first?.type !== 'paragraph') return [{ type: 'paragraph', content: [boxNode] }, ...nodes];
  return [{ ...first, content: [boxNode, ...(first.content ?? [])] }, ...rest];
}

const toInlines = (content: Inline[]): AdfNode[] =>
  content.map((one) => {
    if (one.type === 'break') return { type: 'hardBreak' };
    const marks = toMarks(one.marks);
    return { type: 'text', text: one.text, ...(marks.length > 0 && { marks }) };
  });

function toMarks({ href, emphasis, strong, strike, code }: Marks): NonNullable<AdfNode['marks']> {
  return [
    ...(href === undefined ? [] : [{ type: 'link', attrs: { href } }]),
    ...(emphasis ? [{ type: 'em' }] : []),
    ...(strong ? [{ type: 'strong' }] : []),
    ...(strike ? [{ type: 'strike' }] : []),
    ...(code ? [{ type: 'code' }] : []),
  ];
}
