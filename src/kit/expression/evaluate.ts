import { Secret } from '../secret.ts';
import { checkCount } from './arguments.ts';
import { callMethod } from './call-method.ts';
import { joined, pieceOf, textOf, toBoolean, toNumber } from './convert.ts';
import { functions } from './functions.ts';
import { explainMissing } from './missing.ts';
import { isNothing, operators } from './operators.ts';
import type { Node, NodeOf } from './tree.ts';
import { type ExpressionValue, hasMissingAsNull, isMap } from './value.ts';
import { failed, secretMisused, spend, type Work } from './work.ts';

/** Names that every object of JavaScript has, and none of ours. */
const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * What an expression is worth. Throws `expression-unresolved` for what is not there, `expression-failed` for what cannot
 * be worked out, `expression-too-large` when it takes too many steps.
 */
export function evaluate(node: Node, work: Work): ExpressionValue {
  const value = lookUp(node, work);
  if (value === undefined) throw explainMissing(node, work, lookUp);
  return value;
}

/** As {@link evaluate}, but undefined where a path leads to nothing. */
function lookUp(node: Node, work: Work): ExpressionValue | undefined {
  spend(work, 1);
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'root':
      return inherited.has(node.name) ? undefined : work.scope.find(node.name);
    case 'member':
      return member(node, work);
    case 'nested':
      return lookUp(node.inner, work);
    case 'binary':
      return binary(node, work);
    case 'call':
      return call(node, work);
    case 'function':
      return callFunction(node, work);
    case 'text':
      return joinedText(node, work);
    case 'not':
      return !truth(node.operand, work);
    case 'negative': {
      const operand = evaluate(node.operand, work);
      work.current = node;
      return -toNumber(operand, work, '-');
    }
    case 'choice':
      return lookUp(truth(node.test, work) ? node.whenTrue : node.whenFalse, work);
    case 'list':
      return node.items.map((item) => evaluate(item, work));
    case 'map':
      return Object.fromEntries(node.entries.map(({ name, value }) => [name, evaluate(value, work)]));
  }
}

function truth(node: Node, work: Work): boolean {
  const value = evaluate(node, work);
  work.current = node;
  return toBoolean(value, work, 'A condition');
}

function joinedText(node: NodeOf<'text'>, work: Work): ExpressionValue {
  const pieces = node.parts.map((part) => {
    if (typeof part === 'string') return part;
    const value = evaluate(part, work);
    work.current = part;
    return pieceOf(value, work);
  });
  return joined(pieces, work);
}

/** The name, or the number of an item, that a member's name is worth. */
function nameOf(node: Node, work: Work): string {
  if (node.kind === 'literal' && typeof node.value === 'string') return node.value;
  const value = evaluate(node, work);
  work.current = node;
  return textOf(value, work, 'A name');
}

function member(node: NodeOf<'member'>, work: Work): ExpressionValue | undefined {
  const target = lookUp(node.target, work);
  if (target === undefined || target === null) return node.safe ? null : undefined;
  const name = nameOf(node.name, work);
  if (Array.isArray(target)) return /^\d+$/.test(name) ? target[Number(name)] : undefined;
  if (isMap(target)) {
    if (Object.hasOwn(target, name)) return target[name];
    return hasMissingAsNull(target) ? null : undefined;
  }
  work.current = node;
  if (target instanceof Secret) throw secretMisused(work, 'Reading a member');
  return undefined;
}

function call(node: NodeOf<'call'>, work: Work): ExpressionValue | undefined {
  const target = lookUp(node.target, work);
  if (target === undefined || target === null) return node.safe ? null : undefined;
  const args = node.args.map((argument) => evaluate(argument, work));
  work.current = node;
  return callMethod(target, node.method, args, work);
}

function callFunction(node: NodeOf<'function'>, work: Work): ExpressionValue | undefined {
  const called = functions.get(node.name);
  work.current = node;
  if (!called) throw failed(work, `there is no function ${node.name}()`);
  checkCount(called, node.args.length, node.name, work);
  const args = node.args.map((argument) =>
    called.maybe ? (lookUp(argument, work) ?? null) : evaluate(argument, work),
  );
  work.current = node;
  return called.run(undefined, args, work);
}

const isNull = (node: Node): boolean => node.kind === 'literal' && node.value === null;

/** Whether an operator compares with `null`: something may be missing there, for that is what is asked. */
export function asksForNull({ operator, left, right }: NodeOf<'binary'>): boolean {
  return (operator === 'equal' || operator === 'unequal') && (isNull(left) || isNull(right));
}

function binary(node: NodeOf<'binary'>, work: Work): ExpressionValue | undefined {
  const { operator, left, right } = node;
  switch (operator) {
    case 'and':
      return truth(left, work) && truth(right, work);
    case 'or':
      return truth(left, work) || truth(right, work);
    case 'default':
      return lookUp(left, work) ?? lookUp(right, work);
    case 'elvis': {
      const value = lookUp(left, work) ?? null;
      return isNothing(value) ? lookUp(right, work) : value;
    }
    default: {
      const maybe = asksForNull(node);
      const first = maybe ? (lookUp(left, work) ?? null) : evaluate(left, work);
      const second = maybe ? (lookUp(right, work) ?? null) : evaluate(right, work);
      work.current = node;
      return operators[operator](first, second, work);
    }
  }
}
