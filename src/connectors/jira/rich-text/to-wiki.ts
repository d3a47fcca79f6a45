import { escapeWiki, escapeWikiPhrase } from './escape-wiki.ts';
import { type Block, boxOf, type Inline, type List, type Marks, type Table } from './tree.ts';

/**
 * Blocks as wiki text of a self-hosted Jira.
 * Text formatting notation of Jira: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
 */
export function toWiki(blocks: Block[]): string {
  return blocks.map(toLines).join('\n\n');
}

function toLines(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return phrases(block.content, '\n');
    case 'heading':
      return `h${block.level}. ${phrases(block.content, ' ')}`;
    case 'code':
      return codeBlock(block.text, block.language);
    case 'quote':
      return `{quote}\n${toWiki(block.content)}\n{quote}`;
    case 'rule':
      return '----';
    case 'list':
      return listLines(block, '').join('\n');
    case 'table':
      return tableLines(block);
  }
}

/** An item goes on in the lines below it until an empty one. */
function listLines(list: List, above: string): string[] {
  const prefix = `${above}${list.ordered ? '#' : '*'}`;
  return list.items.flatMap((item) => {
    const [first, ...rest] = item.content.flatMap((block) =>
      block.type === 'list' ? listLines(block, prefix) : [toLines(block)],
    );
    return [`${prefix} ${boxOf(item)}${first ?? ''}`, ...rest];
  });
}

function tableLines({ rows }: Table): string {
  return rows
    .map((cells, row) => {
      const bar = row === 0 ? '||' : '|';
      // An empty cell would make its bars one: a blank holds them apart.
      const texts = cells.map((cell) => phrases(cell, ' \\\\ ') || ' ');
      return `${bar}${texts.join(bar)}${bar}`;
    })
    .join('\n');
}

/** The languages that every self-hosted Jira colours. Of others it would complain in the issue. */
const coloured =
  'actionscript ada applescript bash c c# c++ css erlang go groovy haskell html java javascript json lua objc perl php python r ruby scala sql swift visualbasic xml yaml';

/** Those, and other names that they have. */
const languages = new Map([
  ...coloured.split(' ').map((name) => [name, name] as const),
  ['console', 'bash'],
  ['cpp', 'c++'],
  ['cs', 'c#'],
  ['csharp', 'c#'],
  ['golang', 'go'],
  ['js', 'javascript'],
  ['jsx', 'javascript'],
  ['objective-c', 'objc'],
  ['py', 'python'],
  ['rb', 'ruby'],
  ['sh', 'bash'],
  ['shell', 'bash'],
  ['ts', 'javascript'],
  ['tsx', 'javascript'],
  ['typescript', 'javascript'],
  ['vb', 'visualbasic'],
  ['yml', 'yaml'],
  ['zsh', 'bash'],
]);

function codeBlock(text: string, language = ''): string {
  const name = languages.get(language.toLowerCase());
  const macro = name === undefined ? 'noformat' : 'code';
  // A macro cannot hold its own end: a blank without width stands in it.
  const held = text.replaceAll(`{${macro}`, `{\u200b${macro}`);
  return `{${macro}${name === undefined ? '' : `:${name}`}}\n${held}\n{${macro}}`;
}

const blank = /^\s$/;

/** Stretches of text; `lineEnd` is what ends a line there. */
function phrases(content: Inline[], lineEnd: string): string {
  return content
    .map((one, index) => {
      if (one.type === 'break') return lineEnd;
      return phrase(one.text, one.marks, isApart(content[index - 1], -1), isApart(content[index + 1], 0));
    })
    .join('');
}

/** Whether what is beside a stretch keeps a blank's distance: there is nothing, or a blank at its near end. */
function isApart(beside: Inline | undefined, nearEnd: 0 | -1): boolean {
  return beside === undefined || beside.type === 'break' || blank.test(beside.text.at(nearEnd) ?? ' ');
}

function phrase(text: string, marks: Marks, apartBefore: boolean, apartAfter: boolean): string {
  if (Object.keys(marks).length === 0) return escapeWiki(text);
  const core = text.trim();
  // Marks hold only next to what they mark.
  const [before, after] = [
    text.slice(0, text.length - text.trimStart().length),
    text.slice(text.trimEnd().length),
  ];
  if (core === '') return text;
  const isApartHere = (apartBefore || before !== '') && (apartAfter || after !== '');
  let shown = escapeWikiPhrase(core);
  if (marks.code) shown = isApartHere ? `{{${shown}}}` : `{{{}${shown}{}}}`;
  if (marks.href === core) shown = `[${escapeHref(marks.href)}]`;
  else if (marks.href !== undefined) shown = `[${shown}|${escapeHref(marks.href)}]`;
  for (const mark of marksOf(marks))
    shown = isApartHere ? `${mark}${shown}${mark}` : `{${mark}}${shown}{${mark}}`;
  return `${before}${shown}${after}`;
}

const marksOf = ({ strike, emphasis, strong }: Marks): string[] => [
  ...(strike ? ['-'] : []),
  ...(emphasis ? ['_'] : []),
  ...(strong ? ['*'] : []),
];

/** An address in a link of the wiki: what would end it is encoded. */
const escapeHref = (href: string): string =>
  href.replaceAll(/[\s|[\]{}\\]/g, (character) => encodeURIComponent(character));
