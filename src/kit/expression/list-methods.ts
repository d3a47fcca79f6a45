import { type Callable, takes, textAt, wholeAt } from './arguments.ts';
import { textOf } from './convert.ts';
import { limits } from './limits.ts';
import { equal } from './operators.ts';
import { type ExpressionMap, type ExpressionValue, hasMissingAsNull } from './value.ts';
import { bounded, spend } from './work.ts';

/** The methods of a list. */
export const listMethods: Readonly<Record<string, Callable<ExpressionValue[]>>> = {
  size: takes(0, (list) => list.length),
  isEmpty: takes(0, (list) => list.length === 0),
  get: takes(1, (list, args, work) => list[wholeAt(args, 0, work)]),
  contains: takes(1, (list, [wanted = null], work) => list.some((item) => equal(item, wanted, work))),
  indexOf: takes(1, (list, [wanted = null], work) => list.findIndex((item) => equal(item, wanted, work))),
  join: takes([0, 1], (list, args, work) => {
    const separator = args.length === 0 ? ',' : textAt(args, 0, work);
    spend(work, list.length / 16);
    let text = '';
    for (const [at, item] of list.entries()) {
      text += (at === 0 ? '' : separator) + textOf(item, work, 'Joining');
      if (text.length > limits.result) break;
    }
    return bounded(text, work);
  }),
};

/** The methods of a map. */
export const mapMethods: Readonly<Record<string, Callable<ExpressionMap>>> = {
  size: takes(0, (map) => Object.keys(map).length),
  isEmpty: takes(0, (map) => Object.keys(map).length === 0),
  get: takes(1, (map, args, work) => {
    const name = textAt(args, 0, work);
    if (Object.hasOwn(map, name)) return map[name];
    return hasMissingAsNull(map) ? null : undefined;
  }),
  getOrDefault: takes(2, (map, args, work) => {
    const name = textAt(args, 0, work);
    return (Object.hasOwn(map, name) ? map[name] : undefined) ?? args[1];
  }),
  containsKey: takes(1, (map, args, work) => Object.hasOwn(map, textAt(args, 0, work))),
  keySet: takes(0, (map) => Object.keys(map)),
  values: takes(0, (map) => Object.values(map)),
};
