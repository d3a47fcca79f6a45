import type { Json } from '../../../kit/action.ts';
import { isRuntimeInput, judgeInput, readInputRules } from './input-suffixes.ts';
import { findNearest } from './nearest.ts';
import type { WrongPlaces } from './wrong-places.ts';

/** A `<+input>` of a document. */
interface Asked {
  /** In the document. */
  path: string[];
  /** By identifiers and names instead of places in lists: `pipeline.stages.S.steps.create.spec.fields.Summary`. */
  name: string;
  text: string;
}

const wrappers = ['stage', 'step', 'stepGroup', 'parallel'];
const isMap = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How an item of a list is called, and the item itself without its wrapper. */
function nameItem(item: Json, index: number): string {
  if (!isMap(item)) return String(index);
  const wrapper = wrappers.find((one) => isMap(item[one]));
  const inner = wrapper === undefined ? item : item[wrapper];
  const name = isMap(inner) ? (inner.identifier ?? inner.name ?? inner.key) : undefined;
  return typeof name === 'string' && !isRuntimeInput(name) ? name : String(index);
}

function* findAsked(value: Json, path: string[], names: string[]): Generator<Asked> {
  if (isRuntimeInput(value)) yield { path, name: names.join('.'), text: value };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* findAsked(item, [...path, String(index)], [...names, nameItem(item, index)]);
    }
  } else if (isMap(value)) {
    const named = 'name' in value || 'key' in value;
    for (const [key, item] of Object.entries(value)) {
      const below = wrappers.includes(key) || (named && key === 'value') ? names : [...names, key];
      yield* findAsked(item, [...path, key], below);
    }
  }
}

const answers = (given: string, name: string) => name === given || name.endsWith(`.${given}`);

/** As much of a name's end as tells it from the others. */
function shorten(name: string, all: string[]): string {
  const parts = name.split('.');
  const ends = parts.map((_, index) => parts.slice(-index - 1).join('.'));
  return ends.find((end) => all.filter((other) => answers(end, other)).length === 1) ?? name;
}

/**
 * Puts values in the place of `<+input>`: those given, else their defaults. What is missing, ambiguous, not allowed or
 * asked for by nobody is added to `wrong`.
 */
export function fillInputs(data: Json, given: Record<string, Json>, wrong: WrongPlaces): Json {
  const asked = [...findAsked(data, [], [])];
  const names = asked.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    const hits = names.filter((one) => answers(name, one));
    const short = names.map((one) => shorten(one, names));
    const near = findNearest(name, short);
    if (hits.length === 0) {
      const known = near === undefined ? short.slice(0, 10).join(', ') || 'none' : `"${near}"`;
      wrong.add([], `No field asks for the input "${name}"; asked for: ${known}`);
    } else if (hits.length > 1) {
      const ways = hits.map((one) => shorten(one, names)).join(', ');
      wrong.add([], `The input "${name}" may mean each of ${ways}`);
    }
  }
  let filled = data;
  for (const one of asked) {
    const value = chooseValue(one, given, names, wrong);
    if (value !== undefined) filled = replaceAt(filled, one.path, value);
  }
  return filled;
}

function chooseValue(
  { path, name, text }: Asked,
  given: Record<string, Json>,
  names: string[],
  wrong: WrongPlaces,
): Json | undefined {
  const rules = readInputRules(text);
  if (typeof rules === 'string') {
    wrong.add(path, rules);
    return undefined;
  }
  const key = Object.keys(given).find((one) => answers(one, name));
  const value = key === undefined ? rules.default : given[key];
  const short = shorten(name, names);
  if (value === undefined) {
    wrong.add(path, `needs the input "${short}"`);
    return undefined;
  }
  const complaint = typeof value === 'object' ? undefined : judgeInput(rules, String(value));
  if (complaint !== undefined) wrong.add(path, `the input "${short}": ${complaint}`);
  return value;
}

function replaceAt(value: Json, [part, ...rest]: string[], by: Json): Json {
  if (part === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === part ? replaceAt(item, rest, by) : item));
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === part ? replaceAt(item, rest, by) : item]),
  );
}
