import { refuse } from '../answer.ts';
import { isObject } from '../route.ts';
import { isWellFormed } from './adf.ts';

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

const claimsToBeDocument = (value: unknown): value is AdfDocument =>
  isObject(value) && value.type === 'doc' && value.version === 1 && Array.isArray(value.content);

/**
 * True for what API v3 takes as a document. A document with something wrong inside refuses the whole request.
 * @throws Refusal 400, which tells no more
 */
export function isDocument(value: unknown): value is AdfDocument {
  if (!claimsToBeDocument(value)) return false;
  if (isWellFormed(value)) return true;
  throw refuse(400, 'INVALID_INPUT');
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
