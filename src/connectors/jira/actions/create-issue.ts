import { z } from 'zod';
import { type ActionResult, defineAction } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';
import { parseAnswer } from '../pages.ts';
import type { JiraSettings } from '../settings.ts';
import { type Additions, addAll, prepareAdditions } from './additions.ts';
import { sendByMetadata } from './by-metadata.ts';
import { type CreatedIssue, createFinder } from './find-created.ts';
import { additions, fieldList, issueKey, projectKey, textAs, transitionTo } from './inputs.ts';
import { assertOnlyFields } from './issue-fields.ts';
import { type IssueTools, type JiraContext, openTools } from './issue-tools.ts';
import { whatIsLost } from './lost-answer.ts';
import { moveTo } from './move-issue.ts';
import { type NewIssueRequest, prepareNewIssue } from './new-issue-request.ts';
import { outputsOfIssue } from './outputs-of-issue.ts';
import { type Patience, settle, usualPatience } from './settle.ts';

/** The input of `jira.create-issue`. */
export const createIssueInput = z.strictObject({
  project: projectKey,
  issueType: z.string().trim().min(1).max(255).meta({ description: 'Name or id.' }),
  fields: fieldList,
  /** The issue that it is part of: an epic, or that of a sub-task. */
  parent: issueKey.optional(),
  textAs,
  ...additions,
  transitionTo: transitionTo.optional(),
});
export type CreateIssue = z.output<typeof createIssueInput>;

const createdAnswer = z.object({ id: z.union([z.string(), z.number()]).transform(String), key: z.string() });

/**
 * Creates an issue, once for each step however often it is tried: the issue carries the step's key as an entity
 * property, by which a later try finds it.
 * "Create issue" of Jira Cloud platform REST API v3 and Jira Data Center REST API v2.
 */
export function createIssueAction(patience: Patience = usualPatience) {
  return defineAction<JiraSettings, CreateIssue>({
    id: 'jira.create-issue',
    label: 'Create an issue',
    input: createIssueInput,
    async run(input, context) {
      const tools = await openTools(context, input.textAs);
      if (context.attempt > 1) {
        // A try that ended has left nothing that comes later.
        const earlier = await finderOf(input, tools, context)();
        if (earlier !== undefined) return finish(earlier, input, tools, context);
      }
      assertOnlyFields(input.fields);
      // What is wrong with a comment or a link is found before there is an issue.
      const prepared = await prepareAdditions(input, tools, context);
      const created = await create(input, tools, context, patience);
      context.say(`Created ${created.key}`);
      return finish(created, input, tools, context, prepared);
    },
    async recover(input, context) {
      const tools = await openTools(context, input.textAs);
      const how = { slow: false, signal: context.signal };
      const earlier = await settle(finderOf(input, tools, context), patience, how);
      if (typeof earlier === 'string') return earlier;
      return finish(earlier, input, tools, { ...context, attempt: Math.max(2, context.attempt) });
    },
  });
}

async function create(
  input: CreateIssue,
  tools: IssueTools,
  context: JiraContext,
  patience: Patience,
): Promise<CreatedIssue> {
  const { requests } = tools;
  const { project } = input;
  const send = async ({ body, names }: NewIssueRequest): Promise<CreatedIssue> => {
    const answer = await requests.write({
      method: 'POST',
      url: `${requests.rest}/issue`,
      json: body,
      about: project,
      names,
      signal: context.signal,
    });
    return parseAnswer(answer.url, createdAnswer, answer.json());
  };
  return sendByMetadata(
    context,
    (metadata) => prepareNewIssue(input, tools, metadata, context.key),
    async (prepared) => {
      try {
        return await send(prepared);
      } catch (thrown) {
        const lost = whatIsLost(thrown);
        if (lost === 'none' || context.signal.aborted) throw thrown;
        context.say('Jira did not answer: looking whether the issue was created');
        const how = { slow: lost === 'slow', signal: context.signal };
        const found = await settle(finderOf(input, tools, context), patience, how);
        if (found === 'not-done') throw thrown;
        if (found === 'unknown') throw uncertain(input, thrown);
        return found;
      }
    },
  );
}

function finderOf(
  { project }: CreateIssue,
  { requests }: IssueTools,
  { key: stepKey, startedAt, now, say }: JiraContext,
): () => Promise<CreatedIssue | undefined> {
  const find = createFinder(requests, { project, stepKey, sinceMs: now().getTime() - startedAt.getTime() });
  return async () => {
    const found = await find();
    if (found !== undefined) say(`${found.key} was created by an earlier try`);
    return found;
  };
}

async function finish(
  created: CreatedIssue,
  input: CreateIssue,
  tools: IssueTools,
  context: JiraContext,
  prepared?: Additions,
): Promise<ActionResult> {
  const { key } = created;
  try {
    const { comment, others } = prepared ?? (await prepareAdditions(input, tools, context));
    await addAll(comment, key, context);
    if (input.transitionTo !== undefined) await moveTo(input.transitionTo, key, tools, context);
    await addAll(others, key, context);
  } catch (thrown) {
    if (!(thrown instanceof TielineError)) throw thrown;
    const { code, message, hint, retry, fields, details } = thrown;
    const said = `${key} was created. Then: ${message}`;
    throw new TielineError(code, said, {
      hint,
      retry,
      fields,
      details: { ...details, issue: key },
      cause: thrown,
    });
  }
  return { state: 'done', output: await outputsOfIssue(created, tools) };
}

const uncertain = ({ project }: CreateIssue, cause?: unknown) =>
  new TielineError(
    'issue-uncertain',
    `Jira did not answer when an issue was to be created in ${project}, and does not tell whether it was`,
    { cause },
  );
