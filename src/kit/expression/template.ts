import type { Secret } from '../secret.ts';
import { joined, pieceOf, type ResolvedValue, resolvedOf } from './convert.ts';
import { createParser } from './parser.ts';
import { refuseLongText } from './places.ts';
import { beginWork, evaluateWhole, pathsOf, secretsOf } from './run.ts';
import type { Node } from './tree.ts';
import type { ExpressionScope } from './value.ts';
import type { PatternCache, Work } from './work.ts';

/** A text in which expressions may stand. */
export interface Template {
  /** There is no `<+` in it: it is worth itself. */
  isPlain: boolean;
  /**
   * What the text is worth. A text that is one expression and nothing else keeps the type of its value (a date becomes
   * text); else the values are put into the text.
   * Throws `expression-unresolved` (with `details.secret` for a secret that the scope does not give),
   * `expression-failed` and `expression-too-large`.
   */
  resolve(scope: ExpressionScope): ResolvedValue;
  /** The paths in it as far as they are written out, e.g. `[['issue', 'Status'], ['pipeline', 'variables', 'x']]`. */
  paths: string[][];
  /** The references of its `secrets.getValue("…")` that are written out. */
  secrets: string[];
}

function partsOf(text: string): (string | Node)[] {
  const parser = createParser(text);
  const parts: (string | Node)[] = [];
  let end = 0;
  for (let at = text.indexOf('<+'); at >= 0; at = text.indexOf('<+', end)) {
    if (at > end) parts.push(text.slice(end, at));
    const node = parser.embedded(at);
    parts.push(node);
    end = node.end;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

function resolveParts(parts: (string | Node)[], work: Work): string | Secret {
  const pieces = parts.map((part) =>
    typeof part === 'string' ? part : pieceOf(evaluateWhole(part, work), work),
  );
  return joined(pieces, work);
}

/**
 * Reads a text in which `<+…>` may stand. Throws `expression-invalid` with line and column, and `expression-too-large`.
 * The syntax: https://developer.harness.io/docs/platform/variables-and-expressions/harness-variables
 */
export function compileTemplate(text: string): Template {
  if (!text.includes('<+')) return { isPlain: true, resolve: () => text, paths: [], secrets: [] };
  refuseLongText(text);
  const parts = partsOf(text);
  const nodes = parts.filter((part) => typeof part !== 'string');
  const [only, ...others] = parts;
  const patterns: PatternCache = new Map();
  const begin = (scope: ExpressionScope) => beginWork(text, nodes, scope, patterns);
  return {
    isPlain: false,
    resolve:
      typeof only === 'object' && others.length === 0
        ? (scope) => {
            const work = begin(scope);
            return resolvedOf(evaluateWhole(only, work), work);
          }
        : (scope) => resolveParts(parts, begin(scope)),
    paths: nodes.flatMap(pathsOf),
    secrets: [...new Set(nodes.flatMap(secretsOf))],
  };
}
