import { z } from 'zod';
import { asTielineError } from '../../../kit/errors.ts';
import { parseDuration, shortestRetryIntervalMs } from './duration.ts';
import { holdsExpression } from './expression-text.ts';
import { given } from './issue-fields.ts';
import {
  anyValue,
  knownFields,
  neededText,
  type OrExpression,
  optionalText,
  yesOrNo,
} from './spec-values.ts';
import { makeStepType } from './step-type.ts';

/** How often an issue is looked at when nothing is written. */
const defaultIntervalMs = 60_000;

const operators = ['equals', 'not equals', 'in', 'not in'] as const;

const conditionOf = (or: OrExpression) =>
  knownFields({
    key: or(neededText('key')),
    operator: or(z.enum(operators, { error: `must be one of ${operators.join(', ')}` })),
    value: or(
      neededText('value').refine((value) => !holdsExpression(value), 'has invalid value: an expression'),
    ),
  });

/** What both kinds of criteria hold; which of it counts, the type says. */
const criteriaOf = (or: OrExpression) =>
  knownFields({
    type: z.enum(['KeyValues', 'Jexl'], { error: 'must be KeyValues or Jexl' }),
    spec: z
      .looseObject({}, { error: 'must be a map of fields' })
      .nullish()
      .transform((spec) => spec ?? {}),
  }).transform(({ type, spec }, context) => {
    const read = type === 'Jexl' ? jexlOf(or).safeParse(spec) : keyValuesOf(or).safeParse(spec);
    if (read.success) return read.data;
    for (const { path, message } of read.error.issues) {
      context.issues.push({ code: 'custom', path: ['spec', ...path], message, input: spec });
    }
    return z.NEVER;
  });

type Criteria =
  | { type: 'jexl'; expression: string }
  | { type: 'key-values'; matchAny: boolean; conditions: { key: string; operator: string; value: string }[] };

// An expression is the very thing here, of whatever stage of the reading.
const jexlOf = (_or: OrExpression): z.ZodType<Criteria> =>
  knownFields({
    expression: z.preprocess((value) => value ?? '', z.union([z.string(), z.boolean()]).transform(String)),
  }).transform(({ expression }) => ({ type: 'jexl' as const, expression }));

const keyValuesOf = (or: OrExpression): z.ZodType<Criteria> =>
  knownFields({
    matchAnyCondition: or(yesOrNo).optional(),
    conditions: z
      .array(conditionOf(or), { error: 'must be a list' })
      .nullish()
      .transform((conditions) => conditions ?? []),
  }).transform(({ matchAnyCondition, conditions }) => ({
    type: 'key-values' as const,
    matchAny: matchAnyCondition ?? false,
    conditions,
  }));

const isEmpty = (criteria: Criteria) =>
  criteria.type === 'jexl' ? criteria.expression.trim() === '' : criteria.conditions.length === 0;

const interval = optionalText.transform((text, context) => {
  try {
    const ms = parseDuration(text ?? '') ?? defaultIntervalMs;
    if (ms >= shortestRetryIntervalMs) return ms;
    context.addIssue({ code: 'custom', message: `retryInterval cannot be less than 10s, and ${text} is` });
  } catch (thrown) {
    context.addIssue({ code: 'custom', message: `retryInterval: ${asTielineError(thrown).message}` });
  }
  return z.NEVER;
});

const specOf = (or: OrExpression) =>
  knownFields({
    connectorRef: anyValue.optional(),
    delegateSelectors: anyValue.optional(),
    issueKey: or(neededText('issueKey')),
    projectKey: or(optionalText).optional(),
    issueType: or(optionalText).optional(),
    approvalCriteria: z
      .unknown()
      .refine((criteria) => criteria !== undefined && criteria !== null, "approvalCriteria can't be empty")
      .pipe(criteriaOf(or))
      .refine(
        (criteria) => !isEmpty(criteria),
        'At least 1 condition is required in KeyValues criteria, and an expression in Jexl',
      ),
    rejectionCriteria: criteriaOf(or).nullish(),
    retryInterval: or(interval).optional(),
    changeWindow: anyValue.optional(),
  });

/**
 * `JiraApproval`: waits until what people do to the issue meets its criteria, those of approval before those of
 * rejection.
 * @see https://developer.harness.io/docs/platform/approvals/adding-jira-approval-stages/
 */
export const jiraApproval = makeStepType({
  action: 'jira.wait-for-approval',
  outputName: 'output',
  keeps: { root: 'issue', fields: ['approvalCriteria', 'rejectionCriteria'] },
  specOf,
  toInput({
    issueKey,
    projectKey,
    issueType,
    approvalCriteria,
    rejectionCriteria,
    retryInterval,
    changeWindow,
  }) {
    const reject =
      rejectionCriteria === undefined || rejectionCriteria === null || isEmpty(rejectionCriteria)
        ? undefined
        : rejectionCriteria;
    const input = given({
      issue: issueKey,
      project: projectKey,
      issueType,
      approve: approvalCriteria,
      reject,
      everyMs: retryInterval ?? defaultIntervalMs,
      changeWindow,
    });
    return { input, notices: [] };
  },
});
