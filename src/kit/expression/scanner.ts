import { invalidAt } from './places.ts';

/** A token. `close` is the `>` that ends a `<+`, `open` that `<+` itself, `quote` the sign that begins a text. */
export interface Token {
  kind: 'name' | 'number' | 'symbol' | 'open' | 'close' | 'quote' | 'end';
  text: string;
  at: number;
  end: number;
}

/** Longest first. */
const symbols = /&&|\|\||==|!=|<=|>=|=~|!~|=\^|=\$|!\^|!\$|\?\?|\?\.|\?:|[<>+\-*/%!?:,.()[\]{}]/y;
const space = /\s*/y;
const name = /[\p{L}_$][\p{L}\p{N}\p{M}_$]*/uy;
const segment = /[\p{L}\p{N}\p{M}_$]+/uy;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** What stands at `at` by a sticky pattern, or an empty text. */
function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Where the next token begins. */
export function skipSpace(text: string, at: number): number {
  return at + matchAt(space, text, at).length;
}

/** The letters and digits of a path's segment at `at`, or an empty text. */
export function segmentAt(text: string, at: number): string {
  return matchAt(segment, text, at);
}

/**
 * The token at or after `at`. With `closing`, `>` ends the `<+` that is open and compares nothing.
 * Throws `expression-invalid` for a sign that is no part of the language.
 */
export function tokenAt(text: string, from: number, closing: boolean): Token {
  const at = skipSpace(text, from);
  const token = (kind: Token['kind'], found: string): Token => ({
    kind,
    text: found,
    at,
    end: at + found.length,
  });
  const first = text.charAt(at);
  if (first === '') return token('end', '');
  if (first === '"' || first === "'") return token('quote', first);
  if (text.startsWith('<+', at)) return token('open', '<+');
  if (closing && first === '>') return token('close', '>');
  const digits = matchAt(number, text, at);
  if (digits !== '') return token('number', digits);
  const word = matchAt(name, text, at);
  if (word !== '') return token('name', word);
  const symbol = matchAt(symbols, text, at);
  if (symbol !== '') return token('symbol', symbol);
  throw invalidAt(text, at, 'This sign is no part of an expression');
}
