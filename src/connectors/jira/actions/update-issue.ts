import { z } from 'zod';
import { type ActionResult, defineAction } from '../../../kit/action.ts';
import { asTielineError } from '../../../kit/errors.ts';
import type { JiraSettings } from '../settings.ts';
import { prepareAdditions } from './additions.ts';
import { type FailedIssue, failureOfSeveral } from './failure-of-several.ts';
import { additions, fieldList, issueKey, textAs, transitionTo } from './inputs.ts';
import { assertOnlyFields } from './issue-fields.ts';
import { type JiraContext, openTools } from './issue-tools.ts';
import { outputsOfIssue } from './outputs-of-issue.ts';
import { updateOne } from './update-one.ts';

const label = z.string().regex(/^\S{1,255}$/, 'expected a label without spaces');

/** The input of `jira.update-issue`. */
export const updateIssueInput = z.strictObject({
  issues: z.array(issueKey).min(1).max(100),
  fields: fieldList,
  issueType: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'Another type, by name or id.' }),
  labels: z
    .strictObject({ add: z.array(label).default([]), remove: z.array(label).default([]) })
    .default({ add: [], remove: [] }),
  textAs,
  ...additions,
  transitionTo: transitionTo.optional(),
});
export type UpdateIssue = z.output<typeof updateIssueInput>;

/**
 * Changes issues, each by itself. What a try that was lost has done is looked for and not done again.
 * "Edit issue", "Transition issue", "Add comment", "Add watcher", "Create issue link", "Add attachment" of Jira Cloud
 * platform REST API v3 and Jira Data Center REST API v2.
 */
export const updateIssueAction = defineAction<JiraSettings, UpdateIssue>({
  id: 'jira.update-issue',
  label: 'Change an issue',
  input: updateIssueInput,
  run: updateIssues,
  recover: (input, context) => updateIssues(input, { ...context, attempt: Math.max(2, context.attempt) }),
});

/**
 * Changes issues one after the other.
 * @throws what stopped the only issue; of several the first error, telling which were changed and which were not
 */
async function updateIssues(input: UpdateIssue, context: JiraContext): Promise<ActionResult> {
  assertOnlyFields([...input.fields, ...(input.transitionTo?.fields ?? [])]);
  const tools = await openTools(context, input.textAs);
  const prepared = await prepareAdditions(input, tools, context);
  const keys = [...new Set(input.issues)];
  const changed: string[] = [];
  const failed: FailedIssue[] = [];
  for (const key of keys) {
    context.signal.throwIfAborted();
    try {
      await updateOne(key, input, prepared, tools, context);
      changed.push(key);
    } catch (thrown) {
      const error = asTielineError(thrown);
      failed.push({ key, error });
      // What is wrong with the connection is wrong for the others as well.
      if (error.retry !== 'never') break;
    }
  }
  if (failed.length > 0) throw failureOfSeveral(keys, changed, failed);
  const outputs = await Promise.all(keys.map((key) => outputsOfIssue({ key }, tools)));
  return { state: 'done', output: { ...outputs[0], ...(outputs.length > 1 && { issues: outputs }) } };
}
