import type { Definition, PhrasingContent } from 'mdast';
import type { Inline, Marks } from './tree.ts';

/** The text of a paragraph of Markdown, stretch by stretch. */
export type InlineReader = (nodes: PhrasingContent[]) => Inline[];

const htmlBreak = /^<br\s*\/?>$/i;
const htmlComment = /^<!--.*-->$/s;
const scheme = /^[a-z][a-z0-9+.-]*:/i;
/** Addresses that run something. */
const unsafeScheme = /^(?:javascript|vbscript|data):/i;

/** Reads phrases, given the addresses that are defined elsewhere in the text. */
export function createInlineReader(
  definitions: Map<string, Definition>,
  restore: (piece: string) => string,
): InlineReader {
  const link = (nodes: PhrasingContent[], given: string, marks: Marks, out: Inline[]) => {
    const url = restore(given).trim().replaceAll(/\s/g, encodeURIComponent);
    if (marks.href !== undefined || unsafeScheme.test(url)) return read(nodes, marks, out);
    if (scheme.test(url)) return read(nodes, { ...marks, href: url }, out);
    // An address within another site: Jira would look for it in its own.
    read(nodes, marks, out);
    if (url !== '') push(out, ` (${url})`, marks);
  };
  const textNode = (value: string): PhrasingContent[] => [{ type: 'text', value }];
  const read = (nodes: PhrasingContent[], marks: Marks, out: Inline[]): void => {
    for (const node of nodes) {
      switch (node.type) {
        case 'text':
          pushLines(out, restore(node.value), marks);
          break;
        case 'inlineCode':
          push(out, restore(node.value), {
            code: true,
            ...(marks.href !== undefined && { href: marks.href }),
          });
          break;
        case 'strong':
          read(node.children, { ...marks, strong: true }, out);
          break;
        case 'emphasis':
          read(node.children, { ...marks, emphasis: true }, out);
          break;
        case 'delete':
          read(node.children, { ...marks, strike: true }, out);
          break;
        case 'break':
          out.push({ type: 'break' });
          break;
        case 'link':
          link(node.children, node.url, marks, out);
          break;
        case 'linkReference':
          link(node.children, definitions.get(node.identifier)?.url ?? '', marks, out);
          break;
        case 'image':
          link(textNode(node.alt || node.url), node.url, marks, out);
          break;
        case 'imageReference': {
          const url = definitions.get(node.identifier)?.url ?? '';
          link(textNode(node.alt || url), url, marks, out);
          break;
        }
        case 'footnoteReference':
          push(out, `[${restore(node.label ?? node.identifier)}]`, marks);
          break;
        case 'html':
          if (htmlBreak.test(node.value)) out.push({ type: 'break' });
          else if (!htmlComment.test(node.value)) pushLines(out, restore(node.value), marks);
          break;
      }
    }
  };
  return (nodes) => {
    const out: Inline[] = [];
    read(nodes, {}, out);
    return out;
  };
}

/** A text as it is, line by line. */
export function plainLines(text: string): Inline[] {
  const out: Inline[] = [];
  pushLines(out, text, {});
  return out;
}

/** The end of a line ends it. */
function pushLines(out: Inline[], text: string, marks: Marks): void {
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) out.push({ type: 'break' });
    push(out, line, marks);
  }
}

const looks = ['strong', 'emphasis', 'strike', 'code', 'href'] as const;

function push(out: Inline[], text: string, marks: Marks): void {
  if (text === '') return;
  const last = out.at(-1);
  if (last?.type === 'text' && looks.every((look) => last.marks[look] === marks[look])) last.text += text;
  else out.push({ type: 'text', text, marks });
}
