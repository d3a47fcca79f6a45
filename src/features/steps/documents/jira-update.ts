import { z } from 'zod';
import { beyondHarness, commentFrom, fieldsOf, given, sortFields } from './issue-fields.ts';
import { anyValue, knownFields, listOf, neededText, type OrExpression } from './spec-values.ts';
import { makeStepType } from './step-type.ts';
import { transitionOf } from './transition.ts';

/**
 * Several keys in one text, cut as Harness's older product cuts them.
 * @returns no key twice
 */
export function splitIssueKeys(text: string): string[] {
  const keys = text.replaceAll(/[[\](){}?:!.,;]+/g, ' ').split(/\s+/);
  return [...new Set(keys.filter((key) => key !== ''))];
}

const issueKeys = z
  .union([neededText('issueKey'), z.array(neededText('issueKey'))])
  .refine((keys) => ![keys].flat().some((key) => key.includes('${')), {
    error: 'holds an expression of the older product of Harness, which is not resolved here: write <+…>',
  })
  .transform((keys) => [keys].flat().flatMap(splitIssueKeys))
  .refine((keys) => keys.length > 0, 'issueKey names no issue');

const specOf = (or: OrExpression) =>
  knownFields({
    connectorRef: anyValue.optional(),
    delegateSelectors: anyValue.optional(),
    // Harness's own form asks for these two, and its runs do not look at them.
    projectKey: anyValue.optional(),
    issueType: anyValue.optional(),
    issueKey: or(issueKeys),
    fields: fieldsOf(or).default([]),
    transitionTo: transitionOf(or),
    labels: or(
      knownFields({
        add: or(listOf(or(neededText('label')))),
        remove: or(listOf(or(neededText('label')))),
      }).partial(),
    ).optional(),
    ...beyondHarness(or),
  });

/**
 * `JiraUpdate`: fields, a comment, a transition; of one issue or of several.
 * @see https://developer.harness.io/docs/continuous-delivery/x-platform-cd-features/cd-steps/ticketing-systems/update-jira-issues-in-cd-stages/
 */
export const jiraUpdate = makeStepType({
  action: 'jira.update-issue',
  outputName: 'issue',
  specOf,
  toInput({ issueKey, fields, comment, ...spec }) {
    const { projectKey, issueType, connectorRef, delegateSelectors, ...rest } = spec;
    const sorted = sortFields(fields, ['comment', 'issue type']);
    const input = given({
      issueType: sorted.apart['issue type'],
      comment: commentFrom(sorted.apart.comment, comment),
      ...rest,
    });
    return { input: { ...input, issues: issueKey, fields: sorted.fields }, notices: sorted.notices };
  },
});
