import { type Callable, checkCount, takes } from './arguments.ts';
import { textOf } from './convert.ts';
import { dateMethods } from './date-methods.ts';
import { listMethods, mapMethods } from './list-methods.ts';
import { equal } from './operators.ts';
import { textMethods } from './text-methods.ts';
import { type ExpressionValue, isMap, kindOf } from './value.ts';
import { failed, secretMisused, spend, type Work } from './work.ts';

type Methods<T> = Readonly<Record<string, Callable<T>>>;

const numberMethods: Methods<number> = {
  toString: takes(0, (number) => String(number)),
  intValue: takes(0, (number) => Math.trunc(number)),
  longValue: takes(0, (number) => Math.trunc(number)),
  doubleValue: takes(0, (number) => number),
};

const booleanMethods: Methods<boolean> = {
  toString: takes(0, (value) => String(value)),
};

/** Methods that every value has. */
const commonMethods: Methods<ExpressionValue> = {
  equals: takes(1, (value, args, work) => {
    const other = args[0] ?? null;
    return kindOf(value) === kindOf(other) && equal(value, other, work);
  }),
  toString: takes<ExpressionValue>(0, (value, _, work) => textOf(value, work, 'toString()')),
};

function callIn<T extends ExpressionValue>(
  own: Methods<T>,
  target: T,
  method: string,
  args: ExpressionValue[],
  work: Work,
): ExpressionValue | undefined {
  const table: Methods<T> = Object.hasOwn(own, method) ? own : commonMethods;
  const callable = Object.hasOwn(table, method) ? table[method] : undefined;
  if (!callable) {
    const names = [...new Set([...Object.keys(own), ...Object.keys(commonMethods)])].join(', ');
    throw failed(work, `a ${kindOf(target)} has no method ${method}(); there are ${names}`);
  }
  checkCount(callable, args.length, method, work);
  return callable.run(target, args, work);
}

/**
 * What a method of a value gives; undefined: what was asked for is not there. Only the methods of these tables can be
 * called. Throws `expression-failed` for others, and for wrong arguments.
 */
export function callMethod(
  target: ExpressionValue,
  method: string,
  args: ExpressionValue[],
  work: Work,
): ExpressionValue | undefined {
  if (typeof target === 'string') {
    spend(work, target.length / 1024);
    return callIn(textMethods, target, method, args, work);
  }
  if (typeof target === 'number') return callIn(numberMethods, target, method, args, work);
  if (typeof target === 'boolean') return callIn(booleanMethods, target, method, args, work);
  if (target instanceof Date) return callIn(dateMethods, target, method, args, work);
  if (Array.isArray(target)) {
    spend(work, target.length / 16);
    return callIn(listMethods, target, method, args, work);
  }
  if (isMap(target)) return callIn(mapMethods, target, method, args, work);
  if (target === null) throw failed(work, `this is null, which has no method ${method}()`);
  throw secretMisused(work, `The method ${method}()`);
}
