import { z } from 'zod';
import type { TransitionChoice } from '../../../kit/jira-metadata.ts';
import { type Matched, matchFields } from '../fields/match-fields.ts';
import { chooseTransition } from './choose-transition.ts';
import type { TransitionTo } from './inputs.ts';
import { convertFields, missingFields, namesOf } from './issue-fields.ts';
import type { IssueTools, JiraContext } from './issue-tools.ts';

/** A transition of an issue with the fields of its screen, ready to be sent. */
export interface Move {
  transition: TransitionChoice;
  fields: Record<string, unknown>;
}

const issueWithFields = z.object({ fields: z.record(z.string(), z.unknown()) });

/**
 * The transition that leads an issue where it is to go; undefined when it is there.
 * @throws transition-unavailable, resource-not-found
 */
export async function findTransition(
  wanted: TransitionTo,
  issueKey: string,
  { issues }: IssueTools,
  { metadata, attempt, say }: JiraContext,
): Promise<TransitionChoice | undefined> {
  const [status, transitions] = await Promise.all([
    issues.getStatus(issueKey),
    // What is open to an issue changes with each step of it.
    metadata.fresh.transitions(issueKey),
  ]);
  const moving = { key: issueKey, status: status.name, again: attempt > 1 };
  const found = chooseTransition(transitions, wanted, moving);
  if (found === undefined) say(`${issueKey} has the status "${status.name}" already`);
  return found;
}

/**
 * A transition with the values of its screen.
 * @throws fields-missing for what the screen demands, is not given and not on the issue; and as converting does
 */
export async function prepareMove(
  transition: TransitionChoice,
  matched: Matched[],
  issueKey: string,
  tools: IssueTools,
  { metadata }: JiraContext,
): Promise<Move> {
  const given = new Set(matched.map(({ field }) => field.key));
  const lacking = transition.fields.filter(
    ({ key, required, hasDefault }) => required && !hasDefault && !given.has(key),
  );
  const missing = lacking.length === 0 ? [] : await listEmpty(lacking, issueKey, tools);
  if (missing.length > 0) throw missingFields(missing, `The transition "${transition.name}" of ${issueKey}`);
  return { transition, fields: await convertFields(matched, tools.fieldContext(metadata.kept)) };
}

/** What an issue holds already a transition need not be given. */
async function listEmpty(fields: TransitionChoice['fields'], issueKey: string, { requests }: IssueTools) {
  const keys = fields.map(({ key }) => encodeURIComponent(key)).join();
  const seen = await requests.read(issueKey, `${requests.pathOf(issueKey)}?fields=${keys}`, issueWithFields);
  return fields.filter(({ key }) => {
    const value = seen.fields[key] ?? null;
    return value === null || value === '' || (Array.isArray(value) && value.length === 0);
  });
}

/** Takes an issue through a transition. @throws jira-rejected with Jira's words */
export async function performMove(
  { transition, fields }: Move,
  issueKey: string,
  { requests }: IssueTools,
  { signal, say }: JiraContext,
): Promise<void> {
  await requests.write({
    method: 'POST',
    url: `${requests.pathOf(issueKey)}/transitions`,
    json: { transition: { id: transition.id }, fields },
    about: issueKey,
    names: namesOf(transition.fields),
    signal,
  });
  say(`${issueKey} went through "${transition.name}" to "${transition.toStatus.name}"`);
}

/** Takes an issue where it is to go, with the fields given for it. */
export async function moveTo(
  wanted: TransitionTo,
  issueKey: string,
  tools: IssueTools,
  context: JiraContext,
): Promise<void> {
  const transition = await findTransition(wanted, issueKey, tools, context);
  if (transition === undefined) return;
  const matched = matchFields(transition.fields, wanted.fields);
  await performMove(
    await prepareMove(transition, matched, issueKey, tools, context),
    issueKey,
    tools,
    context,
  );
}
