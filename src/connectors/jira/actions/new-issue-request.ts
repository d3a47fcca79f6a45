import { TielineError } from '../../../kit/errors.ts';
import type { FieldChoice, IssueTypeChoice, JiraMetadata } from '../../../kit/jira-metadata.ts';
import { type Matched, matchFields } from '../fields/match-fields.ts';
import type { CreateIssue } from './create-issue.ts';
import { stepProperty } from './find-created.ts';
import { chooseIssueType, convertFields, findParentField, missingFields, namesOf } from './issue-fields.ts';
import type { IssueTools } from './issue-tools.ts';

/** What is sent, and how its fields are called. */
export interface NewIssueRequest {
  body: unknown;
  names: Map<string, string>;
}

/** Fields that are sent beside the others. */
const beside: ReadonlySet<string> = new Set(['project', 'issuetype']);

/**
 * The body that creates an issue, by what is known of the project's types and fields.
 * @throws request-invalid for a type that is not there, or a parent that is missing or too much; fields-missing,
 * field-unknown, field-value-invalid, jira-user-unknown
 */
export async function prepareNewIssue(
  { project, issueType, parent, fields }: CreateIssue,
  tools: IssueTools,
  metadata: JiraMetadata,
  stepKey: string,
): Promise<NewIssueRequest> {
  const type = chooseIssueType(await metadata.issueTypes(project), issueType, project);
  const choices = (await metadata.createFields(project, type.id)).filter(({ key }) => !beside.has(key));
  const given = parent === undefined ? fields : [...fields, parentAs(parent, choices, type, project)];
  const matched = matchFields(choices, given);
  assertComplete(choices, matched, type, project);
  const converted = await convertFields(matched, tools.fieldContext(metadata));
  return {
    body: {
      fields: { project: { key: project }, issuetype: { id: type.id }, ...converted },
      properties: [{ key: stepProperty, value: stepKey }],
    },
    names: namesOf(choices),
  };
}

function parentAs(parent: string, choices: FieldChoice[], type: IssueTypeChoice, project: string) {
  const field = findParentField(choices);
  if (field !== undefined) return { name: field.key, value: parent };
  throw new TielineError('request-invalid', `A "${type.name}" of ${project} cannot have a parent`, {
    hint: 'Leave the parent out, or put the field on the screen in Jira.',
    fields: [{ path: 'parent', message: `a "${type.name}" cannot have one` }],
  });
}

function assertComplete(
  choices: FieldChoice[],
  matched: Matched[],
  type: IssueTypeChoice,
  project: string,
): void {
  const isEmpty = (value: unknown) =>
    value === null ||
    (typeof value === 'string' && value.trim() === '') ||
    (Array.isArray(value) && value.length === 0);
  const filled = new Set(matched.filter(({ value }) => !isEmpty(value)).map(({ field }) => field.key));
  const parent = findParentField(choices);
  if (type.isSubtask && parent !== undefined && !filled.has(parent.key)) {
    throw new TielineError(
      'request-invalid',
      `A "${type.name}" is part of another issue, and none is given`,
      {
        hint: 'Give the key of that issue as parent.',
        fields: [{ path: 'parent', message: 'is missing' }],
      },
    );
  }
  // Jira makes the account the reporter, and its like, when nobody is named.
  const missing = choices.filter(
    ({ key, required, hasDefault, schema }) =>
      required && !hasDefault && schema.type !== 'user' && !filled.has(key),
  );
  if (missing.length > 0) throw missingFields(missing, `Creating a "${type.name}" in ${project}`);
}
