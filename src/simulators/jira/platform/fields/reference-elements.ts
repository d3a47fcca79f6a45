import { isObject } from '../../route.ts';
import { userName } from '../../seed.ts';
import { type Element, type FieldContext, FieldProblem } from './element.ts';

const findAccount = ({ world }: FieldContext, kept: unknown) =>
  world.seed.accounts.find((one) => one.accountId === kept);

/**
 * A person; the account id is kept. Cloud takes `{ "accountId": … }`, Data Center `{ "name": … }`, and neither the
 * other's.
 */
export function user(isAssignee = false): Element {
  return {
    type: 'user',
    read(value, context) {
      if (value === null) return null;
      const { world, project } = context;
      const isCloud = world.edition.name === 'cloud';
      const given = isObject(value) ? (isCloud ? (value.accountId ?? value.id) : value.name) : undefined;
      if (given === null || given === '') return null;
      if (typeof given !== 'string') throw new FieldProblem('expected Object');
      if (isAssignee && given === '-1') return project.lead?.accountId ?? null;
      const found = world.seed.accounts.find(
        (one) => (isCloud ? one.accountId : userName(one)) === given && one.active,
      );
      if (found === undefined) throw new FieldProblem(`User '${given}' does not exist.`);
      if (isAssignee && !world.platform.may(found, 'ASSIGNABLE_USER', project)) {
        throw new FieldProblem(`User '${given}' cannot be assigned issues.`);
      }
      return found.accountId;
    },
    show(kept, context) {
      const found = findAccount(context, kept);
      return found === undefined ? null : context.world.edition.showUser(context.world, context.api, found);
    },
    name: (kept, context) => findAccount(context, kept)?.displayName ?? String(kept),
    words(kept, context) {
      const found = findAccount(context, kept);
      return found === undefined ? [] : [found.accountId, found.email, userName(found)];
    },
  };
}

const showIssueShort = ({ world, api }: FieldContext, kept: unknown) => {
  const issue = world.platform.findIssue(String(kept));
  return (
    issue && {
      id: issue.id,
      key: issue.key,
      self: `${world.restBase()}/rest/api/${api}/issue/${issue.id}`,
      fields: {
        summary: issue.summary,
        status: { name: issue.status },
        issuetype: { name: issue.issueType.name },
      },
    }
  );
};

/** The issue above: of an issue by one level, on Cloud; of a sub-task alone, on Data Center. The id is kept. */
export const parent: Element = {
  type: 'issuelink',
  read(value, { world, issueType, project }) {
    if (value === null) return null;
    if (!isObject(value)) throw new FieldProblem('data was not an object');
    if (value.none === true && world.edition.name === 'cloud') return null;
    const given = value.key ?? value.id;
    const found = typeof given === 'string' ? world.platform.findIssue(given) : undefined;
    if (found === undefined) throw new FieldProblem('Could not find issue by id or key.');
    const fits = found.issueType.level === issueType.level + 1;
    const isSubtask = issueType.level < 0;
    if (!fits || (!isSubtask && world.edition.name !== 'cloud') || (isSubtask && found.project !== project)) {
      throw new FieldProblem('Given parent issue does not belong to appropriate hierarchy.');
    }
    return found.id;
  },
  show: (kept, context) => showIssueShort(context, kept) ?? null,
  name: (kept, { world }) => world.platform.findIssue(String(kept))?.key ?? String(kept),
  words: (kept) => [String(kept)],
};

/** The epic of an issue where epics are a custom field: its key as a text. */
export const epicLink: Element = {
  type: 'any',
  read(value, { world }) {
    if (value === null || value === '') return null;
    if (typeof value !== 'string') throw new FieldProblem('Operation value must be a string');
    const found = world.platform.findIssue(value);
    if (found === undefined) throw new FieldProblem(`Issue '${value}' does not exist.`);
    if (found.issueType.level !== 1) throw new FieldProblem(`Issue '${found.key}' is not an Epic.`);
    return found.key;
  },
  show: (kept) => kept,
  name: String,
};

/**
 * A sprint: given by its number alone, although the field shows a list. Cloud shows objects, Data Center the text of a
 * Java object.
 */
export const sprint: Element = {
  type: 'json',
  read(value, { world }) {
    if (value === null) return null;
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number') throw new FieldProblem('Number value expected as the Sprint id.');
    const found = world.seed.sprints.find((one) => one.id === number);
    if (found === undefined) throw new FieldProblem(`Sprint with id '${number}' does not exist.`);
    if (found.state === 'closed')
      throw new FieldProblem(`Issue can be assigned only active or future sprints.`);
    return found.id;
  },
  show(kept, { world }) {
    return world.seed.sprints
      .filter((one) => one.id === kept)
      .map(({ id, name, state, board }) =>
        world.edition.name === 'cloud'
          ? { id, name, state, boardId: board, goal: '' }
          : `com.atlassian.greenhopper.service.sprint.Sprint@1f2a[id=${id},rapidViewId=${board},state=${state.toUpperCase()},name=${name},goal=,startDate=<null>,endDate=<null>,completeDate=<null>,sequence=${id}]`,
      );
  },
  name: (kept, { world }) => world.seed.sprints.find((one) => one.id === kept)?.name ?? String(kept),
  words: (kept) => [String(kept)],
};
