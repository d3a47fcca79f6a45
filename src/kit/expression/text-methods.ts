import { type Callable, takes, textAt, wholeAt } from './arguments.ts';
import { joined, pieceOf } from './convert.ts';
import { limits } from './limits.ts';
import { matcherOf, matchesWhole, replaceMatches } from './patterns.ts';
import type { ExpressionValue } from './value.ts';
import { bounded, boundedLength, failed, spend, type Work } from './work.ts';

/** A place in a text, which Java's methods refuse outside of it. */
function placeIn(text: string, at: number, work: Work): number {
  if (at >= 0 && at <= text.length) return at;
  throw failed(work, `place ${at} is outside of the text, which has ${text.length} characters`);
}

function replaceBy(all: boolean): Callable<string>['run'] {
  return (text, args, work) => replaceMatches(textAt(args, 0, work), text, textAt(args, 1, work), all, work);
}

/** Java's split: by a regular expression, without the empty texts at the end. */
function split(text: string, args: ExpressionValue[], work: Work): string[] {
  const limit = wholeAt(args, 1, work, 0);
  const matcher = matcherOf(textAt(args, 0, work), text, work);
  const parts: string[] = [];
  let from = 0;
  while ((limit <= 0 || parts.length < limit - 1) && matcher.find()) {
    spend(work, limits.matchSteps);
    if (matcher.end() === 0) continue;
    parts.push(text.slice(from, matcher.start()));
    from = matcher.end();
  }
  parts.push(text.slice(from));
  if (limit === 0) while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
}

function replaceLiteral(text: string, args: ExpressionValue[], work: Work): string {
  const [wanted, replacement] = [textAt(args, 0, work), textAt(args, 1, work)];
  const count = wanted === '' ? text.length + 1 : text.split(wanted).length - 1;
  boundedLength(text.length + count * (replacement.length - wanted.length), work);
  return text.replaceAll(wanted, () => replacement);
}

/** The methods of Java's String that may be called. */
export const textMethods: Readonly<Record<string, Callable<string>>> = {
  toLowerCase: takes(0, (text) => text.toLowerCase()),
  toUpperCase: takes(0, (text, _, work) => bounded(text.toUpperCase(), work)),
  trim: takes(0, (text) => text.trim()),
  strip: takes(0, (text) => text.trim()),
  split: takes([1, 2], split),
  replace: takes(2, replaceLiteral),
  replaceAll: takes(2, replaceBy(true)),
  replaceFirst: takes(2, replaceBy(false)),
  contains: takes(1, (text, args, work) => text.includes(textAt(args, 0, work))),
  startsWith: takes(1, (text, args, work) => text.startsWith(textAt(args, 0, work))),
  endsWith: takes(1, (text, args, work) => text.endsWith(textAt(args, 0, work))),
  substring: takes([1, 2], (text, args, work) => {
    const from = placeIn(text, wholeAt(args, 0, work), work);
    const to = placeIn(text, wholeAt(args, 1, work, text.length), work);
    if (to < from) throw failed(work, `the end ${to} is before the beginning ${from}`);
    return text.slice(from, to);
  }),
  indexOf: takes([1, 2], (text, args, work) =>
    text.indexOf(textAt(args, 0, work), wholeAt(args, 1, work, 0)),
  ),
  lastIndexOf: takes(1, (text, args, work) => text.lastIndexOf(textAt(args, 0, work))),
  length: takes(0, (text) => text.length),
  isEmpty: takes(0, (text) => text === ''),
  isBlank: takes(0, (text) => text.trim() === ''),
  equals: takes(1, (text, args) => text === args[0]),
  equalsIgnoreCase: takes(
    1,
    (text, args, work) => text.toLowerCase() === textAt(args, 0, work).toLowerCase(),
  ),
  concat: takes(1, (text, args, work) => joined([text, pieceOf(args[0] ?? null, work)], work)),
  matches: takes(1, (text, args, work) => matchesWhole(textAt(args, 0, work), text, work)),
  charAt: takes(1, (text, args, work) => {
    const at = wholeAt(args, 0, work);
    if (at === text.length) placeIn(text, at + 1, work);
    return text.charAt(placeIn(text, at, work));
  }),
  toString: takes<string>(0, (text) => text),
};
