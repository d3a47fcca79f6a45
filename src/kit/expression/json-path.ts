import { numberOf } from './convert.ts';
import { readEscape } from './quoted.ts';
import { type ExpressionValue, isMap } from './value.ts';
import { failed, shortEnough, spend, type Work } from './work.ts';

/** One step of a JSONPath: what it takes of one value. */
interface Step {
  /** Whether it may find more than one. */
  several: boolean;
  of(value: ExpressionValue, work: Work): ExpressionValue[];
}

const childrenOf = (value: ExpressionValue): ExpressionValue[] =>
  Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];

const named = (name: string): Step => ({
  several: false,
  of: (value) => {
    const found = isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    return found === undefined ? [] : [found];
  },
});

const numbered = (index: number): Step => ({
  several: false,
  of: (value) => {
    const found = Array.isArray(value) ? value.at(index) : undefined;
    return found === undefined ? [] : [found];
  },
});

const sliced = (from: number, to: number | undefined): Step => ({
  several: true,
  of: (value) => (Array.isArray(value) ? value.slice(from, to) : []),
});

const all: Step = { several: true, of: childrenOf };

/** The value and everything below it, in the order in which it is written. */
const everyLevel: Step = {
  several: true,
  of(value, work) {
    const found: ExpressionValue[] = [];
    const waiting = [value];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      found.push(next);
      spend(work, 0.05);
      for (const child of childrenOf(next).toReversed()) waiting.push(child);
    }
    return found;
  },
};

const union = (steps: Step[]): Step => ({
  several: true,
  of: (value, work) => steps.flatMap((step) => step.of(value, work)),
});

/** `[?(@.name == 'x')]` and `[?(@.name)]`: the items of which that holds. */
const filtered = (names: string[], sign: string | undefined, wanted: string | number | undefined): Step => ({
  several: true,
  of: (value, work) =>
    childrenOf(value).filter((item) => {
      spend(work, 0.05);
      const [found] = names.reduce<ExpressionValue[]>(
        (values, name) => values.flatMap((inner) => named(name).of(inner, work)),
        [item],
      );
      if (sign === undefined) return found !== undefined;
      const isEqual = typeof found !== 'object' && found !== undefined && String(found) === String(wanted);
      return isEqual === (sign === '==');
    }),
});

const plainName = /[^.[\]\s*]+/y;
const quotedName = /'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"/y;
const bracket = /\s*(?:(-?\d*):(-?\d*)|(-?\d+)|(\*))\s*/y;
const filter =
  /\?\(\s*@((?:\.[\w$-]+)+)\s*(?:(==|!=)\s*(?:'([^'\\]*)'|"([^"\\]*)"|(-?\d+(?:\.\d+)?|true|false))\s*)?\)/y;

const unescaped = (text: string) => text.replace(/\\./g, (found) => readEscape(found, 0).value);

/** A JSONPath as steps. Throws `expression-failed` for what is not in this part of the language. */
function readPath(path: string, work: Work): Step[] {
  const steps: Step[] = [];
  let at = path.startsWith('$') ? 1 : 0;
  const problem = () => {
    const what = `the path cannot be read at "${path.slice(at, at + 20)}"`;
    return failed(work, `${what}; there are .name ['name'] [0] [1:3] [*] [a,b] .. and [?(@.name == 'x')]`);
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(path);
    if (found) at += found[0].length;
    return found;
  };
  const item = (): Step => {
    const name = match(quotedName);
    if (name) return named(unescaped(name[1] ?? name[2] ?? ''));
    const test = match(filter);
    if (test) return filtered(test[1]?.slice(1).split('.') ?? [], test[2], test[3] ?? test[4] ?? test[5]);
    const found = match(bracket);
    if (!found) throw problem();
    if (found[4]) return all;
    if (found[3] !== undefined) return numbered(Number(found[3]));
    return sliced(Number(found[1]), found[2] === '' ? undefined : numberOf(found[2] ?? ''));
  };
  const brackets = (): Step => {
    const items: Step[] = [];
    do {
      at += 1;
      items.push(item());
    } while (path.charAt(at) === ',');
    if (path.charAt(at) !== ']') throw problem();
    at += 1;
    const [first] = items;
    return first && items.length === 1 ? first : union(items);
  };
  while (at < path.length) {
    const isDescent = path.startsWith('..', at);
    if (isDescent) steps.push(everyLevel);
    if (isDescent) at += 2;
    else if (path.charAt(at) === '.') at += 1;
    if (path.charAt(at) === '[') {
      steps.push(brackets());
    } else if (path.charAt(at) === '*') {
      at += 1;
      steps.push(all);
    } else {
      const name = match(plainName);
      if (!name) throw problem();
      steps.push(named(name[0]));
    }
  }
  return steps;
}

/**
 * What a JSONPath finds in a value, and whether it is of the kind that may find several. The `$` may be left out.
 * Names, indexes, slices, wildcards, unions, `..` and one comparison as a filter: https://www.rfc-editor.org/rfc/rfc9535
 * Other filters and scripts are refused, for they would run code.
 */
export function selectJson(
  path: string,
  value: ExpressionValue,
  work: Work,
): { found: ExpressionValue[]; several: boolean } {
  const steps = readPath(shortEnough(path, work), work);
  let found = [value];
  for (const step of steps) {
    found = found.flatMap((each) => {
      const next = step.of(each, work);
      spend(work, 0.05 + next.length * 0.05);
      return next;
    });
  }
  return { found, several: steps.some(({ several }) => several) };
}
