import type { AllowedValue, FieldChoice } from '../../../kit/jira-metadata.ts';
import { invalidValue, showValue } from './field-value.ts';

const mostListed = 20;

const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** From the strictest way to name a value to the loosest. */
const ways: ((value: AllowedValue, given: string) => boolean)[] = [
  ({ label }, given) => label === given,
  ({ id }, given) => id === given,
  ({ label }, given) => sameText(label, given),
];

/**
 * The allowed value that a text names, by name or id, else by name in any case.
 * @throws field-value-invalid when there is none, or several are meant
 */
export function getAllowed(field: FieldChoice, allowed: AllowedValue[], given: string): AllowedValue {
  for (const isMeant of ways) {
    const found = allowed.filter((value) => isMeant(value, given));
    if (found.length === 1 && found[0] !== undefined) return found[0];
    if (found.length > 1) {
      const candidates = found.map(({ id, label }) => `${label} (id ${id})`).join(', ');
      throw invalidValue(field, `${showValue(given)} may be ${candidates}`, { hint: 'Give the id.' });
    }
  }
  throw invalidValue(field, `${showValue(given)} is not allowed. Allowed are ${listAllowed(allowed)}`);
}

/** The names of values, the first twenty and how many there are beside them. */
function listAllowed(allowed: AllowedValue[]): string {
  if (allowed.length === 0) return 'no values at all';
  const shown = allowed
    .slice(0, mostListed)
    .map(({ key, label }) => (key === undefined ? label : `${key} (${label})`));
  const more = allowed.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** How Jira is told which value is meant: by its id, or where the field lists mere texts, by its text. */
export const toReference = ({ id, label }: AllowedValue, by: 'name' | 'value'): Record<string, string> =>
  id === label ? { [by]: label } : { id };
