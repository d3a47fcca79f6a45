import type { ErrorCode } from '../../../kit/error-catalogue.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { FieldChoice, IssueTypeChoice } from '../../../kit/jira-metadata.ts';
import { convertField } from '../fields/convert-field.ts';
import type { FieldContext } from '../fields/field-value.ts';
import type { Matched } from '../fields/match-fields.ts';
import { ofValue } from '../fields/one-value.ts';
import type { GivenField } from './inputs.ts';

/** Given among the fields, but sent in another way. */
const elsewhere: Record<string, string> = {
  status: 'Give the status as transitionTo: Jira sets it by a transition of the workflow.',
  comment: 'Give the comment as comment.',
  'issue type': 'Give the issue type as issueType.',
  issuetype: 'Give the issue type as issueType.',
  project: 'An issue stays in its project; a new one is created in project.',
};

/** @throws request-invalid for a status, a comment, a type or a project among the fields */
export function assertOnlyFields(given: GivenField[]): void {
  for (const { name } of given) {
    const hint = elsewhere[name.toLowerCase()];
    if (hint === undefined) continue;
    throw new TielineError('request-invalid', `"${name}" cannot be set as a field`, {
      hint,
      fields: [{ path: 'fields', message: `${name}: ${hint}` }],
    });
  }
}

/** The type of this id or name, whose case is passed over. @throws request-invalid with those that there are */
export function chooseIssueType(types: IssueTypeChoice[], given: string, project: string): IssueTypeChoice {
  const found =
    types.find(({ id, name }) => name === given || id === given) ??
    types.find(({ name }) => name.toLowerCase() === given.toLowerCase());
  if (found !== undefined) return found;
  const known = types.map(({ name }) => name).join(', ');
  throw new TielineError('request-invalid', `The project ${project} has no issue type "${given}"`, {
    hint: `The account may create: ${known}.`,
    fields: [{ path: 'issueType', message: `expected one of: ${known}` }],
  });
}

/** The field that makes an issue part of another one, where the screen has one. */
export const findParentField = (choices: FieldChoice[]): FieldChoice | undefined =>
  choices.find(({ key }) => key === 'parent') ??
  choices.find(({ schema }) => schema.custom?.endsWith(':gh-epic-link')) ??
  choices.find(({ name }) => name === 'Parent Link');

/**
 * The fields as Jira takes them, by their keys.
 * @throws field-value-invalid, jira-user-unknown; one error for all of the values, and before them what no value is to blame for
 */
export async function convertFields(
  matched: Matched[],
  context: FieldContext,
): Promise<Record<string, unknown>> {
  const converted = await Promise.allSettled(
    matched.map(async ({ field, value }) => [field.key, await convertField(field, value, context)] as const),
  );
  const wrong = converted.flatMap((one) => (one.status === 'rejected' ? [asTielineError(one.reason)] : []));
  if (wrong.length > 0) throw wrong.find(({ code }) => !ofValues.includes(code)) ?? allOf(wrong);
  return Object.fromEntries(converted.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

const ofValues: ErrorCode[] = ['field-value-invalid', ...ofValue];

/** The errors of several values as one. */
function allOf(wrong: TielineError[]): TielineError {
  const [first] = wrong;
  if (first === undefined) throw new RangeError('nothing is wrong');
  if (wrong.length === 1) return first;
  return new TielineError('field-value-invalid', wrong.map(({ message }) => message).join('. '), {
    hint: [...Map.groupBy(wrong, ({ hint }) => hint)].map(hintFor).join(' '),
    fields: wrong.flatMap(({ fields }) => fields),
    details: { wrong: wrong.map(({ code, details }) => ({ code, ...details })) },
    cause: first,
  });
}

const hintFor = ([hint, errors]: [string, TielineError[]]): string =>
  `${errors.flatMap(({ fields }) => fields.map(({ path }) => path)).join(', ')}: ${hint}`;

/** What people call the fields. */
export const namesOf = (choices: FieldChoice[]) => new Map(choices.map(({ key, name }) => [key, name]));

const mostShown = 20;

/** Fields that must be given and are not. */
export function missingFields(missing: FieldChoice[], where: string): TielineError {
  const told = missing.map(({ key, name, allowedValues }) => ({ key, name, allowedValues }));
  const values = missing.flatMap(({ name, allowedValues = [] }) => {
    const labels = allowedValues.slice(0, mostShown).map(({ label }) => label);
    const more = allowedValues.length - labels.length;
    return labels.length === 0
      ? []
      : [`${name} may be ${labels.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`];
  });
  const names = missing.map(({ name }) => name).join(', ');
  return new TielineError('fields-missing', `${where} demands fields that are not given: ${names}`, {
    hint: ['Give the fields that the message names.', ...values].join(' '),
    fields: missing.map(({ name }) => ({ path: name, message: 'is missing' })),
    details: { missing: told },
  });
}
