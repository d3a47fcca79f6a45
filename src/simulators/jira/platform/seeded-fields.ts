import type { World } from '../world.ts';
import { changeFields } from './change-issue.ts';
import type { FieldContext } from './fields/element.ts';
import { readFields } from './fields/read-fields.ts';

/** Gives the seed's issues the fields that it names. Throws a RangeError for a value that the field does not take. */
export function setSeededFields(world: World): void {
  const { seed, platform, fields } = world;
  const idOf = (email: string | undefined) =>
    seed.accounts.find((one) => one.email === email)?.accountId ?? null;
  for (const given of seed.issues) {
    const issue = platform.findIssue(given.key);
    if (issue === undefined) continue;
    const { project, issueType } = issue;
    const context: FieldContext = { world, api: '2', project, issueType, issue };
    issue.values.set('reporter', idOf(given.reporter) ?? issue.creator?.accountId ?? null);
    if (given.assignee !== undefined) issue.values.set('assignee', idOf(given.assignee));
    if (given.parent !== undefined) issue.values.set('parent', platform.findIssue(given.parent)?.id);
    issue.values.set('priority', middlePriority(world));
    const screen = fields.map((field) => ({ field, required: false, hasDefault: false }));
    const { values, errors } = readFields({ fields: given.fields, update: {} }, screen, context, true);
    const [wrong] = Object.entries(errors);
    if (wrong !== undefined) throw new RangeError(`seed: ${given.key}, ${wrong[0]}: ${wrong[1]}`);
    changeFields(issue, values, context);
  }
}

/** What a new issue has when nothing is said: Medium, or what stands in the middle. */
export function middlePriority({ metadata }: World): string | null {
  const { priorities } = metadata;
  const found =
    priorities.find(({ name }) => name === 'Medium') ?? priorities[Math.floor(priorities.length / 2)];
  return found?.id ?? null;
}
