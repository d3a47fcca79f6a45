/** What an issue's text is kept as: a document on Cloud, wiki text on Data Center. */
export type RichText = AdfDocument | string;

/** A node of the Atlassian Document Format, as far as the simulator looks into it. */
export interface AdfNode {
  type: string;
  text?: string;
  content?: AdfNode[];
  [other: string]: unknown;
}

/** An ADF document. */
export interface AdfDocument extends AdfNode {
  type: 'doc';
  version: 1;
  content: AdfNode[];
}

function isNode(value: unknown): value is AdfNode {
  if (typeof value !== 'object' || value === null) return false;
  const { type, text, content } = value as Record<string, unknown>;
  if (typeof type !== 'string') return false;
  if (type === 'text' && (typeof text !== 'string' || text === '')) return false;
  return content === undefined || (Array.isArray(content) && content.every(isNode));
}

/** True for what API v3 takes as a document. */
export function isDocument(value: unknown): value is AdfDocument {
  if (!isNode(value)) return false;
  return value.type === 'doc' && value.version === 1 && Array.isArray(value.content);
}

/** A document of plain paragraphs: what v2's text becomes. */
export function documentOf(plain: string): AdfDocument {
  const paragraphs = plain.split(/\n{2,}/).filter((part) => part !== '');
  return {
    type: 'doc',
    version: 1,
    content: paragraphs.map((part) => ({ type: 'paragraph', content: [{ type: 'text', text: part }] })),
  };
}

const inline = (node: AdfNode): string => {
  if (node.type === 'hardBreak') return '\n';
  return node.text ?? (node.content ?? []).map(inline).join('');
};

/** The paragraphs of a text, each block of a document one. */
export function paragraphsOf(text: RichText): string[] {
  const blocks = typeof text === 'string' ? text.split(/\n{2,}/) : text.content.map(inline);
  return blocks.filter((part) => part !== '');
}

/** A text as API version 2 shows it: wiki text as it was written, a document without its marks. */
export function plainText(text: RichText): string {
  return typeof text === 'string' ? text : paragraphsOf(text).join('\n\n');
}
