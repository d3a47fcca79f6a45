import { TielineError } from '../../../kit/errors.ts';
import { projectOf } from '../../../kit/issue-keys.ts';
import type { FieldChoice, JiraMetadata, TransitionChoice } from '../../../kit/jira-metadata.ts';
import { type Matched, matchFields } from '../fields/match-fields.ts';
import { type Additions, addAll } from './additions.ts';
import { sendByMetadata } from './by-metadata.ts';
import { chooseIssueType, convertFields, namesOf } from './issue-fields.ts';
import type { IssueTools, JiraContext } from './issue-tools.ts';
import { matchWithoutMove } from './match-without-move.ts';
import { findTransition, type Move, performMove, prepareMove } from './move-issue.ts';
import type { UpdateIssue } from './update-issue.ts';

interface Prepared {
  body: { fields: Record<string, unknown>; update: Record<string, unknown[]> };
  names: Map<string, string>;
  move: Move | undefined;
}

/**
 * Changes one issue: its fields, then the comment, the transition, and what else is added to it. The transition is found
 * before anything is written, so that none leaves an issue half changed.
 */
export async function updateOne(
  issueKey: string,
  input: UpdateIssue,
  additions: Additions,
  tools: IssueTools,
  context: JiraContext,
): Promise<void> {
  const transition =
    input.transitionTo && (await findTransition(input.transitionTo, issueKey, tools, context));
  const move = await sendByMetadata(
    context,
    (metadata) => prepare(issueKey, input, transition, tools, context, metadata),
    async (prepared) => {
      await edit(issueKey, prepared, tools, context);
      return prepared.move;
    },
  );
  await addAll(additions.comment, issueKey, context);
  if (move !== undefined) await performMove(move, issueKey, tools, context);
  await addAll(additions.others, issueKey, context);
}

async function prepare(
  issueKey: string,
  input: UpdateIssue,
  transition: TransitionChoice | undefined,
  tools: IssueTools,
  context: JiraContext,
  metadata: JiraMetadata,
): Promise<Prepared> {
  const { issueType, labels, transitionTo } = input;
  const given = [...input.fields, ...(transitionTo?.fields ?? [])];
  const type = issueType === undefined ? undefined : await typeOf(issueKey, issueType, metadata);
  const editable = given.length === 0 ? [] : await listEditable(issueKey, type?.id, metadata);
  const editKeys = new Set(editable.map(({ key }) => key));
  const screen = transition?.fields ?? [];
  const choices = [...editable, ...screen.filter(({ key }) => !editKeys.has(key))];
  const isThere = transitionTo !== undefined && transition === undefined;
  const matched = isThere
    ? await matchWithoutMove(issueKey, choices, given, tools, context)
    : matchFields(choices, given);
  const ofMove = (one: Matched) => isOfMove(one, screen, editKeys);
  const converted = await convertFields(
    matched.filter((one) => !ofMove(one)),
    tools.fieldContext(metadata),
  );
  const update = labelOperations(labels, converted);
  return {
    body: { fields: { ...(type && { issuetype: { id: type.id } }), ...converted }, update },
    names: namesOf(choices),
    move: transition && (await prepareMove(transition, matched.filter(ofMove), issueKey, tools, context)),
  };
}

/** A field goes with the transition when its screen demands it, or when nothing else can set it. */
function isOfMove({ field }: Matched, screen: FieldChoice[], editable: Set<string>): boolean {
  const onScreen = screen.find(({ key }) => key === field.key);
  return onScreen !== undefined && (onScreen.required || !editable.has(field.key));
}

async function typeOf(issueKey: string, issueType: string, metadata: JiraMetadata) {
  const project = projectOf(issueKey);
  return chooseIssueType(await metadata.issueTypes(project), issueType, project);
}

/** What may be edited, and with another type what that one has. */
async function listEditable(
  issueKey: string,
  typeId: string | undefined,
  metadata: JiraMetadata,
): Promise<FieldChoice[]> {
  const now = await metadata.editFields(issueKey);
  if (typeId === undefined) return now;
  const known = new Set(now.map(({ key }) => key));
  const then = await metadata.createFields(projectOf(issueKey), typeId);
  return [...now, ...then.filter(({ key }) => !known.has(key))];
}

function labelOperations(
  { add, remove }: UpdateIssue['labels'],
  fields: Record<string, unknown>,
): Record<string, unknown[]> {
  const operations = [...add.map((label) => ({ add: label })), ...remove.map((label) => ({ remove: label }))];
  if (operations.length === 0) return {};
  if ('labels' in fields) {
    throw new TielineError('request-invalid', 'The labels are set as a field, and added or removed as well', {
      hint: 'Give all of them as the field, or only what is to be added and removed.',
      fields: [{ path: 'labels', message: 'is given as a field as well' }],
    });
  }
  return { labels: operations };
}

async function edit(
  issueKey: string,
  { body, names }: Prepared,
  { requests }: IssueTools,
  { signal, say }: JiraContext,
): Promise<void> {
  const changed = [...Object.keys(body.fields), ...Object.keys(body.update)];
  if (changed.length === 0) return;
  const url = requests.pathOf(issueKey);
  await requests.write({ method: 'PUT', url, json: body, about: issueKey, names, signal });
  say(`${issueKey}: changed ${changed.map((key) => names.get(key) ?? key).join(', ')}`);
}
