/** A Markdown text that can be parsed in linear time and without deep recursion. */
export interface TamedMarkdown {
  text: string;
  /** A piece of the parsed text as its author wrote it. */
  restore(piece: string): string;
}

/** Markers of quotes and lists at the beginning of one line, each of which nests deeper; four blanks count as one. */
const mostNesting = 12;
/** `**********` would open five phrases, `[[[[[[` six links: nobody means more than three. */
const mostMarksInARow = 6;
/** Marks in one paragraph or table. Finding their pairs takes the square of that: some 200 ms for these. */
const mostMarks = 1_500;

const startOfLine = /^(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*/;
const nestingMarker = />|[-+*]|\d+[.)]| {4}|\t/g;
const ruleLine = /^[ \t]*(?:(?:\*[ \t]*)+|(?:-[ \t]*)+|(?:_[ \t]*)+)$/;
const marksInARow = /[*_]+|[[\]]+/g;
const tooManyInARow = new RegExp(`[*_]{${mostMarksInARow + 1},}|[[\\]]{${mostMarksInARow + 1},}`, 'g');
// What is hidden is shown by four hexadecimal digits of non-characters, which no text of Jira can hold: see fitForJira.
const firstDigit = 0xfdd0;
const kept = /[\uFDD0-\uFDDF]{4}/g;

const nameOf = (index: number): string =>
  [12, 8, 4, 0].map((bits) => String.fromCharCode(firstDigit + ((index >> bits) & 15))).join('');
const indexOf = (name: string): number =>
  [...name].reduce((index, digit) => index * 16 + digit.charCodeAt(0) - firstDigit, 0);

/**
 * Puts what makes parsers of Markdown slow or deep out of their sight, so that it is shown as text: markers that nest
 * deeper than twelve, and more marks of emphasis and links than anybody writes.
 * @param text at most 65,536 characters, without the non-characters U+FDD0 to U+FDDF
 */
export function tameMarkdown(text: string): TamedMarkdown {
  const hidden = new Map<string, number>();
  const hide = (piece: string) => {
    const index = hidden.get(piece) ?? hidden.size;
    hidden.set(piece, index);
    return nameOf(index);
  };
  const paragraphs = text.split(/(\n[ \t]*\n)/);
  const tamed = paragraphs.map((paragraph) => {
    const lines = paragraph.split('\n').map((line) => tameLine(line, hide));
    const calm = lines.join('\n');
    const marks = calm.match(marksInARow)?.length ?? 0;
    return marks > mostMarks ? calm.replaceAll(marksInARow, hide) : calm;
  });
  const pieces = [...hidden.keys()];
  const restore = (piece: string) => piece.replaceAll(kept, (name) => pieces[indexOf(name)] ?? '');
  return { text: tamed.join(''), restore };
}

function tameLine(line: string, hide: (piece: string) => string): string {
  if (ruleLine.test(line)) return line;
  const [start = ''] = startOfLine.exec(line) ?? [];
  const markers = [...start.matchAll(nestingMarker)];
  const tooDeep = markers[mostNesting];
  const [head, tail] =
    tooDeep === undefined
      ? [start, line.slice(start.length)]
      : [line.slice(0, tooDeep.index), hide(start.slice(tooDeep.index)) + line.slice(start.length)];
  return head + tail.replaceAll(tooManyInARow, hide);
}
