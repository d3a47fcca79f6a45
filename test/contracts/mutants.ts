import type { JsonObject } from './deviations.ts';

/** A body with one thing wrong in it. */
export interface Mutant {
  /** Where and what, e.g. `builds.0.url: left out`. */
  what: string;
  body: unknown;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What can be wrong with a value by its schema alone. */
function wrongValues(schema: JsonObject, value: unknown): [what: string, value: unknown][] {
  const wrong: [string, unknown][] = [['null', null]];
  if (typeof value === 'string') {
    wrong.push(['a number', 5], ['no word of the list', 'nonsense !']);
    if (typeof schema.maxLength === 'number') {
      wrong.push(['over the length', `${value}${'x'.repeat(schema.maxLength)}`]);
    }
    if (schema.format !== undefined) wrong.push(['not of its format', 'yesterday, perhaps']);
  } else if (typeof value === 'number') {
    wrong.push(['a text', 'many'], ['a fraction', value + 0.5], ['below zero', -1]);
  } else if (typeof value === 'boolean') {
    wrong.push(['a text', 'yes']);
  } else if (Array.isArray(value)) {
    wrong.push(['an object', {}], ['empty', []]);
    if (typeof schema.maxItems === 'number') {
      wrong.push(['over the items', Array.from({ length: schema.maxItems + 1 }, () => value[0])]);
    }
    if (schema.uniqueItems === true) wrong.push(['one twice', [value[0], value[0]]]);
  } else {
    wrong.push(['an array', []], ['a text', 'object']);
  }
  return wrong;
}

/** Every body that differs from a good one in one place, in a way that its schema speaks of. */
export function mutantsOf(schema: JsonObject, good: unknown, path = ''): Mutant[] {
  const mutants: Mutant[] = wrongValues(schema, good).map(([what, body]) => ({
    what: `${path}: ${what}`,
    body,
  }));
  const properties = isObject(schema.properties) ? schema.properties : {};
  if (isObject(good)) {
    for (const [key, value] of Object.entries(good)) {
      const here = path === '' ? key : `${path}.${key}`;
      const { [key]: _left, ...rest } = good;
      mutants.push({ what: `${here}: left out`, body: rest });
      const inner = properties[key] ?? schema.additionalProperties;
      for (const mutant of mutantsOf(isObject(inner) ? inner : {}, value, here)) {
        mutants.push({ what: mutant.what, body: { ...good, [key]: mutant.body } });
      }
    }
  }
  if (Array.isArray(good)) {
    const items = isObject(schema.items) ? schema.items : {};
    for (const [index, value] of good.entries()) {
      const alternatives = Array.isArray(items.anyOf) ? items.anyOf.filter(isObject) : [items];
      for (const mutant of alternatives.flatMap((one) => mutantsOf(one, value, `${path}.${index}`))) {
        mutants.push({ what: mutant.what, body: good.with(index, mutant.body) });
      }
    }
  }
  return mutants;
}
