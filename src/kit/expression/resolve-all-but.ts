import { textOf } from './convert.ts';
import { asksForNull } from './evaluate.ts';
import { createParser } from './parser.ts';
import { invalidAt, refuseLongText } from './places.ts';
import { escapeText } from './quoted.ts';
import { beginWork, evaluateWhole, everyNode } from './run.ts';
import { childrenOf, type Node } from './tree.ts';
import { dateText, type ExpressionScope, type ExpressionValue, isMap } from './value.ts';
import { secretMisused, type Work } from './work.ts';

const quote = (text: string) => `"${escapeText(text, '"')}"`;

/** A value as it is written in an expression. */
function literalOf(value: ExpressionValue, work: Work): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return value < 0 ? `(${value})` : String(value);
  if (typeof value === 'string') return quote(value);
  if (value instanceof Date) return `datetime.parse("${dateText(value)}")`;
  if (Array.isArray(value)) return `[${value.map((item) => literalOf(item, work)).join(', ')}]`;
  if (!isMap(value)) throw secretMisused(work, 'Deciding by a criterion');
  const entries = Object.entries(value).map(([name, item]) => `${quote(name)}: ${literalOf(item, work)}`);
  return `{${entries.join(', ')}}`;
}

const isSecret = (node: Node) => node.kind === 'function' && node.name === 'secrets.getValue';
const isOfTheMoment = (node: Node) => node.kind === 'function' && /current(Date|Time)$/.test(node.name);

/** The node with null in the place of what is missing. */
const orNull = (node: Node): Node => {
  const { at, end, height } = node;
  const right: Node = { kind: 'literal', value: null, at, end, height: 1 };
  return { kind: 'binary', operator: 'default', left: node, right, at, end, height: height + 1 };
};

/** Whether what a node takes from this child may be missing. */
function mayBeMissing(node: Node, child: Node): boolean {
  if (node.kind !== 'binary') return node.kind === 'function' && node.name === 'empty';
  if (node.operator === 'default' || node.operator === 'elvis') return child === node.left;
  return asksForNull(node);
}

/**
 * The criterion with every expression that needs none of the roots in `keep` worked out now and put in as a literal;
 * those that need one stay as they are written. For an approval, which is asked again and again while it waits, with
 * nothing but its issue at hand. Throws as {@link compileCondition} and a template's `resolve` do; a secret is refused.
 */
export function resolveAllBut(text: string, keep: readonly string[], scope: ExpressionScope): string {
  refuseLongText(text);
  const whole = createParser(text).whole();
  const work = beginWork(text, [whole], scope, new Map());
  const kept = new Set<Node>();
  const used = new Set<Node>();
  // Children come after their parents, so from the end each child is known before its parent.
  for (const node of [...everyNode(whole)].toReversed()) {
    const children = childrenOf(node);
    const stays = node.kind === 'root' ? keep.includes(node.name) : isOfTheMoment(node);
    if (stays || children.some((child) => kept.has(child))) kept.add(node);
    if (node.kind === 'root' || isSecret(node) || children.some((child) => used.has(child))) used.add(node);
  }

  const workOut = (node: Node): ExpressionValue => {
    const value = evaluateWhole(node, work);
    work.current = node;
    return value;
  };
  const changes: { at: number; end: number; by: string }[] = [];
  const replace = (node: Node, by: string) => changes.push({ at: node.at, end: node.end, by });

  function visit(node: Node, maybe = false): void {
    if (!used.has(node)) return;
    if (!kept.has(node)) {
      replace(node, literalOf(workOut(maybe ? orNull(node) : node), work));
      return;
    }
    if (node.kind === 'text') {
      const isName = text.charAt(node.at) !== node.quote;
      for (const part of node.parts) {
        if (typeof part === 'string') continue;
        if (kept.has(part)) visit(part);
        else if (isName) throw invalidAt(text, node.at, 'A name made of several expressions must be quoted');
        else replace(part, escapeText(textOf(workOut(part), work, 'A text'), node.quote));
      }
      return;
    }
    for (const child of childrenOf(node)) visit(child, mayBeMissing(node, child));
  }
  visit(whole);

  let result = '';
  let end = 0;
  for (const change of changes) {
    result += text.slice(end, change.at) + change.by;
    end = change.end;
  }
  return result + text.slice(end);
}
