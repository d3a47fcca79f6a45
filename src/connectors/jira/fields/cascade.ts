import type { AllowedValue, FieldChoice } from '../../../kit/jira-metadata.ts';
import { getAllowed, toReference } from './allowed-value.ts';
import { type FieldValue, invalidValue, isObject, showValue } from './field-value.ts';

interface Named {
  parent: string;
  child?: string;
}

/**
 * An option and the one below it, for a cascading select: `Europe > France`, or `{value: Europe, child: France}`.
 * @throws field-value-invalid for what the field does not list
 */
export function convertCascade(field: FieldChoice, given: string | { [name: string]: FieldValue }): unknown {
  const { allowedValues } = field;
  const { parent, child } =
    typeof given === 'string' ? splitNames(given, allowedValues) : readNames(field, given);
  if (allowedValues === undefined)
    return { value: parent, ...(child !== undefined && { child: { value: child } }) };
  const above = getAllowed(field, allowedValues, parent);
  if (child === undefined) return toReference(above, 'value');
  return {
    ...toReference(above, 'value'),
    child: toReference(getAllowed(field, above.children, child), 'value'),
  };
}

/** Where an option has a `>` in its own name, the longest name that there is counts. */
function splitNames(text: string, allowed: AllowedValue[] = []): Named {
  const names = new Set(allowed.flatMap(({ id, label }) => [id, label.toLowerCase()]));
  if (names.has(text) || names.has(text.toLowerCase())) return { parent: text };
  const splits = [...text.matchAll(/>/g)].map(({ index }): Named => {
    const child = text.slice(index + 1).trim();
    return { parent: text.slice(0, index).trim(), ...(child !== '' && { child }) };
  });
  return splits.findLast(({ parent }) => names.has(parent.toLowerCase())) ?? splits[0] ?? { parent: text };
}

function readNames(field: FieldChoice, given: { [name: string]: FieldValue }): Named {
  const parent = nameOf(given);
  const { child: below = null } = given;
  const child = nameOf(below);
  if (parent !== undefined && (child !== undefined || below === null || below === '')) {
    return { parent, ...(child !== undefined && { child }) };
  }
  throw invalidValue(field, `${showValue(given)} names no option`, {
    hint: 'Write it as Parent > Child, or as {value: Parent, child: Child}.',
  });
}

function nameOf(value: FieldValue): string | undefined {
  if (isObject(value)) return nameOf(value.id ?? value.value ?? null);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
