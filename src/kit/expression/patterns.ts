import { RE2JS } from 're2js';
import { limits } from './limits.ts';
import { bounded, boundedLength, failed, shortEnough, spend, type Work } from './work.ts';

/** Compiled patterns kept with one template; more than that come from data, not from the author. */
const mostKept = 64;

/**
 * A regular expression in RE2's syntax, whose matching takes time linear in the text: no look-around and no
 * back-references. https://github.com/google/re2/wiki/Syntax
 */
function compilePattern(pattern: string, work: Work): RE2JS {
  const kept = work.patterns.get(pattern);
  if (kept) return kept;
  spend(work, 10 + pattern.length);
  const compiled = compile(shortEnough(pattern, work), work);
  if (compiled.matcher('').programSize() > limits.patternSize) {
    throw failed(work, 'the regular expression repeats too much');
  }
  if (work.patterns.size < mostKept) work.patterns.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string, work: Work): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw failed(work, `the regular expression cannot be used: ${why}`);
  }
}

/** A matcher of the pattern over the text. Counts what going over the text with it may cost. */
export function matcherOf(pattern: string, text: string, work: Work) {
  const compiled = compilePattern(pattern, work);
  const matcher = compiled.matcher(text);
  // The slowest of RE2's ways goes over each instruction for each character: about 20 million of both in a second.
  spend(work, (text.length * matcher.programSize()) / 2_000);
  return matcher;
}

/** Whether the pattern matches the whole text. */
export function matchesWhole(pattern: string, text: string, work: Work): boolean {
  return matcherOf(pattern, text, work).matches();
}

/** A piece of Java's replacement: a text, or the number or name of a group. */
type Piece = string | { group: number | string };

const replacementSigns = /\\([\s\S]?)|\$(?:(\d)|\{(\w+)\})?/g;

/** Reads `$1`, `${name}` and `\$` as Java does; a group has one digit. */
function readReplacement(replacement: string, work: Work): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const sign of replacement.matchAll(replacementSigns)) {
    pieces.push(replacement.slice(end, sign.index));
    end = sign.index + sign[0].length;
    const [, escaped, number, name] = sign;
    if (escaped !== undefined) pieces.push(escaped);
    else if (number !== undefined) pieces.push({ group: Number(number) });
    else if (name !== undefined) pieces.push({ group: name });
    else throw failed(work, 'a $ of a replacement stands before the number of a group, or after a \\');
  }
  pieces.push(replacement.slice(end));
  return pieces.filter((piece) => piece !== '');
}

/** The text with the first match of the pattern replaced, or with all. The replacement may name groups as Java's does. */
export function replaceMatches(
  pattern: string,
  text: string,
  replacement: string,
  all: boolean,
  work: Work,
): string {
  const pieces = readReplacement(replacement, work);
  const matcher = matcherOf(pattern, text, work);
  const groupOf = ({ group }: Exclude<Piece, string>): string => {
    try {
      return matcher.group(group) ?? '';
    } catch {
      throw failed(work, `the regular expression has no group ${group}`);
    }
  };
  let result = '';
  let end = 0;
  while (matcher.find()) {
    result += text.slice(end, matcher.start());
    for (const piece of pieces) result += typeof piece === 'string' ? piece : groupOf(piece);
    end = matcher.end();
    spend(work, limits.matchSteps);
    boundedLength(result.length > limits.result ? result.length : 0, work);
    if (!all) break;
  }
  return bounded(result + text.slice(end), work);
}
