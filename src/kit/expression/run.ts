import { evaluate } from './evaluate.ts';
import { tooLargeAt } from './places.ts';
import { childrenOf, type Node } from './tree.ts';
import type { ExpressionScope, ExpressionValue } from './value.ts';
import type { PatternCache, Work } from './work.ts';

/** Stands for a text as a whole, while none of its expressions is looked at. */
const wholeOf = (text: string): Node => ({
  kind: 'literal',
  value: null,
  at: 0,
  end: text.length,
  height: 1,
});

/** One evaluation of the expressions of a text: they share its limits. */
export function beginWork(text: string, nodes: Node[], scope: ExpressionScope, patterns: PatternCache): Work {
  const whole = nodes[0] ?? wholeOf(text);
  return { scope, text, whole, current: whole, spent: 0, patterns };
}

/** What one expression of the text is worth, as {@link evaluate} says. */
export function evaluateWhole(node: Node, work: Work): ExpressionValue {
  work.whole = node;
  work.current = node;
  try {
    return evaluate(node, work);
  } catch (thrown) {
    // Values from outside may be nested so deeply that comparing them overflows the stack.
    if (!(thrown instanceof RangeError)) throw thrown;
    throw tooLargeAt(work.text, node.at, `A value is too large: ${thrown.message}`);
  }
}

/** The nodes of a tree, those above before those below, and from left to right. */
export function* everyNode(node: Node): Generator<Node> {
  const waiting = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (const child of childrenOf(next).toReversed()) waiting.push(child);
  }
}

/** The path that a node writes out in plain names, e.g. `['issue', 'Story Points']`; undefined: it is no such path. */
function pathOf(node: Node): string[] | undefined {
  const names: string[] = [];
  for (let at = node; ; at = at.target) {
    if (at.kind === 'root') return [at.name, ...names.toReversed()];
    if (at.kind !== 'member' || at.name.kind !== 'literal') return undefined;
    names.push(String(at.name.value));
  }
}

/** The paths of a tree, as far as each is written out: of `a.<+b>` those are `a` and `b`. */
export function pathsOf(node: Node): string[][] {
  const paths: string[][] = [];
  const inside = new Set<Node>();
  for (const each of everyNode(node)) {
    if (inside.has(each)) {
      if (each.kind === 'member') inside.add(each.target);
      continue;
    }
    const path = pathOf(each);
    if (!path) continue;
    paths.push(path);
    if (each.kind === 'member') inside.add(each.target);
  }
  return paths;
}

/** The references that the tree's `secrets.getValue("…")` write out. */
export function secretsOf(node: Node): string[] {
  return [...everyNode(node)].flatMap((each) => {
    const [reference] = each.kind === 'function' && each.name === 'secrets.getValue' ? each.args : [];
    return reference?.kind === 'literal' && typeof reference.value === 'string' ? [reference.value] : [];
  });
}
