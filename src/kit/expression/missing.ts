import type { TielineError } from '../errors.ts';
import { nameDistance } from '../name-distance.ts';
import type { Node } from './tree.ts';
import { type ExpressionValue, isMap, kindOf } from './value.ts';
import { unresolved, type Work } from './work.ts';

/** Names that a message lists. */
const mostNames = 10;
/** Longer names are not compared letter by letter. */
const longestCompared = 64;

/** The first names, those most like the wanted one before the others. */
function nearest(names: readonly string[], wanted: string): string[] {
  const short = (name: string) => name.slice(0, longestCompared).toLowerCase();
  return names
    .slice(0, 1_000)
    .map((name) => ({ name, far: nameDistance(short(name), short(wanted)) }))
    .sort((left, right) => left.far - right.far)
    .slice(0, mostNames)
    .map(({ name }) => name.slice(0, longestCompared));
}

type LookUp = (node: Node, work: Work) => ExpressionValue | undefined;

/** The node on the way to this one at which there was nothing any more. */
function firstMissing(node: Node, work: Work, lookUp: LookUp): Node {
  for (let at = node; ; ) {
    const before = stepBefore(at, work, lookUp);
    if (!before) return at;
    at = before;
  }
}

/** The node that this one would have taken its value from, when that is missing itself. */
function stepBefore(node: Node, work: Work, lookUp: LookUp): Node | undefined {
  const isMissing = (each: Node) => lookUp(each, work) === undefined;
  switch (node.kind) {
    case 'nested':
      return node.inner;
    case 'member':
    case 'call':
      return isMissing(node.target) ? node.target : undefined;
    case 'choice':
      return String(lookUp(node.test, work)) === 'true' ? node.whenTrue : node.whenFalse;
    case 'binary':
      return node.right;
    default:
      return undefined;
  }
}

/** The error `expression-unresolved` for an expression that leads to nothing: where its path ended, and what is there. */
export function explainMissing(node: Node, work: Work, lookUp: LookUp): TielineError {
  const inquiry: Work = { ...work, spent: 0 };
  const missing = firstMissing(node, inquiry, lookUp);
  work.current = missing;
  const written = (each: Node) => work.text.slice(each.at, each.end).slice(0, 100);
  switch (missing.kind) {
    case 'root':
      return missing.name === 'input'
        ? unresolved(work, 'a value for this runtime input must be given')
        : unresolved(work, `there is no "${missing.name}"`, {
            known: nearest(work.scope.names?.() ?? [], missing.name),
          });
    case 'member':
    case 'call': {
      const target = lookUp(missing.target, inquiry) ?? null;
      const place = written(missing.target);
      if (target === null) return unresolved(work, `${place} is null`);
      if (missing.kind === 'member') work.current = missing.name;
      const name = missing.kind === 'member' ? missing.name : missing.args[0];
      const wanted = name ? String(lookUp(name, inquiry) ?? '') : '';
      if (isMap(target)) {
        const known = nearest(Object.keys(target), wanted);
        return unresolved(work, `${place} has no "${wanted.slice(0, 100)}"`, { known });
      }
      const items = Array.isArray(target) ? `, it has ${target.length}` : '';
      const what = Array.isArray(target) ? 'item' : 'member';
      return unresolved(
        work,
        `${place} is a ${kindOf(target)} without the ${what} ${wanted.slice(0, 100)}${items}`,
      );
    }
    case 'function':
      return unresolved(work, `${missing.name}() finds nothing`);
    default:
      return unresolved(work, 'there is no value');
  }
}
