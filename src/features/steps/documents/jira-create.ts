import { beyondHarness, commentFrom, fieldsOf, given, sortFields } from './issue-fields.ts';
import { anyValue, knownFields, neededText, type OrExpression, optionalText } from './spec-values.ts';
import { makeStepType } from './step-type.ts';
import { transitionOf } from './transition.ts';

const specOf = (or: OrExpression) =>
  knownFields({
    connectorRef: anyValue.optional(),
    delegateSelectors: anyValue.optional(),
    projectKey: or(neededText('projectKey')),
    issueType: or(neededText('issueType')),
    fields: fieldsOf(or).default([]),
    transitionTo: transitionOf(or),
    parent: or(optionalText).optional(),
    ...beyondHarness(or),
  });

/**
 * `JiraCreate`: every run of it makes a new issue.
 * @see https://developer.harness.io/docs/continuous-delivery/x-platform-cd-features/cd-steps/ticketing-systems/create-jira-issues-in-cd-stages/
 */
export const jiraCreate = makeStepType({
  action: 'jira.create-issue',
  outputName: 'issue',
  specOf,
  toInput({
    projectKey,
    issueType,
    fields,
    comment,
    transitionTo,
    connectorRef,
    delegateSelectors,
    ...rest
  }) {
    const sorted = sortFields(fields, ['comment', 'status']);
    const notices = [...sorted.notices];
    if ('status' in sorted.apart) {
      notices.push(
        'The field "Status" is left out: a new issue has the first status of its workflow; use transitionTo',
      );
    }
    const input = given({
      project: projectKey,
      issueType,
      comment: commentFrom(sorted.apart.comment, comment),
      transitionTo,
      ...rest,
    });
    return { input: { ...input, fields: sorted.fields }, notices };
  },
});
