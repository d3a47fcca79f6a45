import { z } from 'zod';
import type { Json } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { FieldChoice } from '../../../kit/jira-metadata.ts';
import { type Matched, matchFields } from '../fields/match-fields.ts';
import { outputsOf } from '../issue-outputs.ts';
import { readAnswer } from '../pages.ts';
import type { GivenField } from './inputs.ts';
import type { IssueTools, JiraContext } from './issue-tools.ts';

const fieldList = z.array(z.object({ id: z.string(), name: z.string() }));

/**
 * The fields that are meant, when the issue is where it was to be moved, and there is no transition whose screen they may
 * be on. What cannot be set then is left out where the issue has it, or where an earlier try may have set it.
 * @throws as {@link matchFields}
 */
export async function matchWithoutMove(
  issueKey: string,
  choices: FieldChoice[],
  given: GivenField[],
  tools: IssueTools,
  context: JiraContext,
): Promise<Matched[]> {
  try {
    return matchFields(choices, given);
  } catch (thrown) {
    if (!(thrown instanceof TielineError) || thrown.code !== 'field-unknown') throw thrown;
    const unknown = new Set(thrown.fields.map(({ path }) => path));
    const isThere = await whatIsThere(issueKey, tools, context);
    const leftOut = new Set(given.filter((one) => unknown.has(one.name) && isThere(one)));
    if (leftOut.size === 0) throw thrown;
    const matched = matchFields(
      choices,
      given.filter((one) => !leftOut.has(one)),
    );
    context.say(`${issueKey} has it already: ${[...leftOut].map(({ name }) => name).join(', ')}`);
    return matched;
  }
}

/** Tells whether an issue has a value that cannot be set now. */
async function whatIsThere(
  issueKey: string,
  { requests: { http, rest, capabilities }, issues }: IssueTools,
  { attempt }: JiraContext,
): Promise<(given: GivenField) => boolean> {
  const all = await readAnswer(http, `${rest}/field`, fieldList);
  const nameOf = (given: string) =>
    all.find(({ id, name }) => id === given || name.toLowerCase() === given.toLowerCase())?.name;
  if (attempt > 1) return ({ name }) => nameOf(name) !== undefined;
  const shown = outputsOf(await issues.read(issueKey), capabilities.api);
  return ({ name, value }) => {
    const known = nameOf(name);
    return known !== undefined && typeof value === 'string' && isShownAs(shown[known] ?? null, value);
  };
}

const isShownAs = (shown: Json, given: string) =>
  (Array.isArray(shown) ? shown : [shown]).join().toLowerCase() === given.toLowerCase();
