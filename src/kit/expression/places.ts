import { TielineError } from '../errors.ts';
import { limits } from './limits.ts';

/** Longest piece of an expression that a message shows. */
const shown = 200;

/** Line and column of a place in a text, both from 1. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}

/** A place as messages name it: a text of one line has columns alone, and no line to take for that of a document. */
export const shownPlace = (text: string, { line, column }: { line: number; column: number }): string =>
  text.includes('\n') ? `line ${line}, column ${column}` : `column ${column}`;

/** A piece of an expression as messages show it: on one line, and not too long. */
export function excerpt(text: string): string {
  const line = text.slice(0, shown + 1).replace(/\s+/g, ' ');
  return line.length > shown ? `${line.slice(0, shown)}…` : line;
}

/** The error `expression-invalid`: what cannot be read there. */
export function invalidAt(text: string, at: number, what: string): TielineError {
  const place = placeOf(text, at);
  const rest = text.slice(at, at + 40);
  const near = rest === '' ? 'at the end' : `at "${excerpt(rest)}"`;
  return new TielineError('expression-invalid', `${what}, ${near} (${shownPlace(text, place)})`, {
    details: { expression: excerpt(text), ...place },
  });
}

/** The error `expression-too-large`: a limit that the text goes over. */
export function tooLargeAt(text: string, at: number, what: string): TielineError {
  const place = placeOf(text, at);
  return new TielineError('expression-too-large', `${what} (${shownPlace(text, place)})`, {
    details: { expression: excerpt(text), ...place },
  });
}

/** Throws `expression-too-large` for a text that is longer than an expression may be. */
export function refuseLongText(text: string): void {
  if (text.length > limits.text) {
    const sizes = `${text.length} characters, allowed are ${limits.text}`;
    throw tooLargeAt(text, 0, `A text with expressions has ${sizes}`);
  }
}
