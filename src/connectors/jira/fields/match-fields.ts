import { TielineError } from '../../../kit/errors.ts';
import type { FieldChoice } from '../../../kit/jira-metadata.ts';
import { type FieldValue, isObject } from './field-value.ts';
import { byNearness } from './nearness.ts';

/** A field as its author names it, by display name or key. */
export interface GivenField {
  name: string;
  value: FieldValue;
}

/** A field of the screen, and what it is to have. */
export interface Matched {
  field: FieldChoice;
  value: FieldValue;
}

/** The two parts of time tracking, which no screen lists. */
const estimates = new Map([
  ['original estimate', 'originalEstimate'],
  ['remaining estimate', 'remainingEstimate'],
]);

const epicLink = 'com.pyxis.greenhopper.jira:gh-epic-link';

/** Fields that one edition of Jira has in place of another's: an epic is a parent on Cloud. */
const standIns = new Map<string, (field: FieldChoice) => boolean>([
  ['epic link', ({ key }) => key === 'parent'],
  ['parent', ({ schema }) => schema.custom === epicLink],
]);

const mostListed = 30;

/** A name without what differs between editions: `Fix Version/s` is `fix versions`. */
const looseName = (name: string) => name.trim().toLowerCase().replaceAll('/s', 's').replaceAll(/\s+/g, ' ');

/** From the strictest way to name a field to the loosest. */
const ways: ((field: FieldChoice, name: string) => boolean)[] = [
  (field, name) => field.name === name,
  (field, name) => field.key === name,
  (field, name) => looseName(field.name) === looseName(name),
  (field, name) => field.key.toLowerCase() === name.toLowerCase(),
];

/**
 * The field of a screen that a name means: by display name or key, exactly, else in any case.
 * @throws request-invalid when two fields have the name
 */
function findField(choices: FieldChoice[], name: string): FieldChoice | undefined {
  for (const isMeant of ways) {
    const found = choices.filter((field) => isMeant(field, name));
    if (found.length > 1) {
      const keys = found.map(({ key }) => key).join(', ');
      throw new TielineError('request-invalid', `Several fields are called ${name}: ${keys}`, {
        hint: 'Name the field by its key.',
        fields: [{ path: name, message: `may be ${keys}` }],
      });
    }
    if (found[0] !== undefined) return found[0];
  }
  const standIn = standIns.get(looseName(name));
  return standIn && choices.find(standIn);
}

/**
 * The fields that are meant, in the order in which they were given. Original Estimate and Remaining Estimate become the
 * one value of time tracking.
 * @throws field-unknown naming every name that no field has, and the fields that there are, nearest first
 * @throws request-invalid when a field is given twice, or a name is that of several
 */
export function matchFields(choices: FieldChoice[], given: GivenField[]): Matched[] {
  const unknown: string[] = [];
  const twice: string[] = [];
  const matched = new Map<string, Matched>();
  for (const { name, value } of given) {
    const found = findField(choices, name);
    const estimate = found === undefined ? estimates.get(looseName(name)) : undefined;
    const field = found ?? (estimate && choices.find(({ schema }) => schema.type === 'timetracking'));
    if (!field) {
      unknown.push(name);
      continue;
    }
    const before = matched.get(field.key);
    if (estimate === undefined) {
      if (before !== undefined) twice.push(name);
      matched.set(field.key, { field, value });
      continue;
    }
    const parts = before && isObject(before.value) ? before.value : {};
    if (before !== undefined && (!isObject(before.value) || Object.hasOwn(parts, estimate))) twice.push(name);
    matched.set(field.key, { field, value: { ...parts, [estimate]: value } });
  }
  if (unknown.length > 0) throw unknownFields(unknown, choices);
  if (twice.length > 0) throw givenTwice([...new Set(twice)]);
  return [...matched.values()];
}

const givenTwice = (names: string[]) =>
  new TielineError('request-invalid', `Given more than once: ${names.join(', ')}`, {
    hint: 'Give each field once. The name and the key of a field mean the same field.',
    fields: names.map((path) => ({ path, message: 'is given more than once' })),
  });

function unknownFields(unknown: string[], choices: FieldChoice[]): TielineError {
  const names = [...new Set(choices.map(({ name }) => name))].sort(byNearness(unknown));
  const shown = names.slice(0, mostListed).join(', ');
  const more = names.length - mostListed;
  const listed = names.length === 0 ? 'none' : `${shown}${more > 0 ? `, and ${more} more` : ''}`;
  return new TielineError(
    'field-unknown',
    `There ${unknown.length === 1 ? 'is no field' : 'are no fields'} ${unknown.join(', ')} there. There are: ${listed}`,
    {
      fields: unknown.map((path) => ({ path, message: 'is no field there' })),
      details: { unknown, known: choices.map(({ key, name }) => ({ key, name })) },
    },
  );
}
