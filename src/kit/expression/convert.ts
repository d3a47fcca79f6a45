import { composeSecret, Secret } from '../secret.ts';
import { limits } from './limits.ts';
import { dateText, type ExpressionValue, isMap, kindOf } from './value.ts';
import { bounded, failed, spend, type Work, wrongKind } from './work.ts';

/** A value as expressions hand it out: dates have become text. */
export type ResolvedValue =
  | null
  | boolean
  | number
  | string
  | Secret
  | ResolvedValue[]
  | { [name: string]: ResolvedValue };

const numberShape = /^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/;

/** A text as a number, or undefined when it is none. */
export function numberOf(text: string): number | undefined {
  return text.length < 400 && numberShape.test(text) ? Number(text) : undefined;
}

/** Goes through a value of any depth; secrets are kept with `keepSecrets`, else refused. */
function rebuild(value: ExpressionValue, work: Work, keepSecrets: boolean, depth: number): ResolvedValue {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return bounded(value, work);
  if (value instanceof Date) return dateText(value);
  if (value instanceof Secret) {
    if (keepSecrets) return value;
    throw wrongKind(work, 'Writing as text', '', 'secret');
  }
  if (depth >= limits.depth) throw failed(work, `a value has more than ${limits.depth} levels`);
  if (Array.isArray(value)) {
    spend(work, value.length / 16);
    return value.map((item) => rebuild(item, work, keepSecrets, depth + 1));
  }
  const entries = Object.entries(value);
  spend(work, entries.length / 8);
  return Object.fromEntries(
    entries
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => [name, rebuild(item, work, keepSecrets, depth + 1)]),
  );
}

/** A value as it is handed out: dates as text, secrets as they are. */
export function resolvedOf(value: ExpressionValue, work: Work): ResolvedValue {
  return typeof value === 'string' ? value : rebuild(value, work, true, 0);
}

/** A value as JSON text. A secret in it is refused. */
export function jsonText(value: ExpressionValue, work: Work): string {
  return bounded(JSON.stringify(rebuild(value, work, false, 0)), work);
}

/** A value as a piece of text: lists and maps as JSON. Null and a secret within a list are refused. */
export function pieceOf(value: ExpressionValue, work: Work): string | Secret {
  if (typeof value === 'string' || value instanceof Secret) return value;
  if (value === null) throw failed(work, 'this is null, which is not put into a text');
  if (value instanceof Date) return dateText(value);
  return Array.isArray(value) || isMap(value) ? jsonText(value, work) : String(value);
}

/** A value as text. A secret is refused. */
export function textOf(value: ExpressionValue, work: Work, what: string): string {
  const piece = pieceOf(value, work);
  if (typeof piece !== 'string') throw wrongKind(work, what, 'a text', 'secret');
  return piece;
}

/** Pieces as one text, which is a secret where one of them is. */
export function joined(pieces: (string | Secret)[], work: Work): string | Secret {
  const texts = pieces.filter((piece) => typeof piece === 'string');
  if (texts.length === pieces.length) return bounded(texts.join(''), work);
  bounded(texts.join(''), work);
  // How long a secret is cannot be seen here: each counts as a long one.
  spend(work, (pieces.length - texts.length) * limits.secretSteps);
  return composeSecret(pieces);
}

/** A number, or a text that is written like one. */
export function toNumber(value: ExpressionValue, work: Work, what: string): number {
  const number = typeof value === 'string' ? numberOf(value) : value;
  if (typeof number === 'number') return number;
  throw wrongKind(work, what, 'a number', kindOf(value));
}

/** A boolean, or one of the texts `true` and `false`, as JEXL takes them. */
export function toBoolean(value: ExpressionValue, work: Work, what: string): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw wrongKind(work, what, 'true or false', kindOf(value));
}
