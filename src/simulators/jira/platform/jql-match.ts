import { type SeedAccount, userName } from '../seed.ts';
import type { World } from '../world.ts';
import { type Clause, JqlError, type Query } from './jql.ts';
import type { Issue } from './platform.ts';
import { paragraphsOf } from './rich-text.ts';

/** Who asks: decides what exists for the query. */
interface Asker {
  world: World;
  account: SeedAccount | undefined;
  /** Every issue that the asker may see. */
  visible: Issue[];
  /** Those that search knows of already: its index lags behind. */
  indexed: Issue[];
}

type Matcher = (issue: Issue) => boolean;

function equality(clause: Clause, read: (issue: Issue) => string[], values = clause.values): Matcher {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  const isIn: Matcher = (issue) => read(issue).some((value) => wanted.has(value.toLowerCase()));
  if (clause.operator === '=' || clause.operator === 'in') return isIn;
  if (clause.operator === '!=' || clause.operator === 'not in') return (issue) => !isIn(issue);
  throw new JqlError(`The operator '${clause.operator}' is not supported by the '${clause.field}' field.`);
}

function projectMatcher(clause: Clause, { world, account }: Asker): Matcher {
  for (const value of clause.values) {
    const project =
      world.platform.findProject(value) ??
      world.platform.projects.find((one) => one.name.toLowerCase() === value.toLowerCase());
    if (project === undefined || !world.platform.may(account, 'BROWSE_PROJECTS', project)) {
      throw new JqlError(`The value '${value}' does not exist for the field 'project'.`);
    }
  }
  return equality(clause, (issue) => [issue.project.key, issue.project.id, issue.project.name]);
}

function keyMatcher(clause: Clause, { visible }: Asker): Matcher {
  const values = clause.values.map((value) => {
    const found = visible.find((issue) => issue.id === value || issue.key === value.toUpperCase());
    if (found === undefined)
      throw new JqlError(`An issue with key '${value}' does not exist for field '${clause.field}'.`);
    return found.key;
  });
  return equality(clause, (issue) => [issue.key], values);
}

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const timeMatcher =
  (read: (issue: Issue) => Date) =>
  (clause: Clause, { world }: Asker): Matcher => {
    const value = clause.values[0] ?? '';
    const relative = /^([+-]?)(\d+)([mhdw])$/.exec(value);
    if (relative === null) {
      throw new JqlError(
        `The simulator knows only relative times such as '-30m' for '${clause.field}', not '${value}'.`,
      );
    }
    const distance = Number(relative[2]) * (unitMs[relative[3] ?? 'm'] ?? 0);
    const border = world.now().getTime() + (relative[1] === '-' ? -distance : distance);
    const compare: Partial<Record<Clause['operator'], Matcher>> = {
      '>=': (issue) => read(issue).getTime() >= border,
      '>': (issue) => read(issue).getTime() > border,
      '<=': (issue) => read(issue).getTime() <= border,
      '<': (issue) => read(issue).getTime() < border,
    };
    const found = compare[clause.operator];
    if (found === undefined)
      throw new JqlError(`The operator '${clause.operator}' is not supported by '${clause.field}'.`);
    return found;
  };

function userMatcher(clause: Clause, { account }: Asker): Matcher {
  const values = clause.values.map((value) =>
    value.toLowerCase() === 'currentuser()' ? (account?.accountId ?? '') : value,
  );
  const namesOf = ({ creator }: Issue) =>
    creator === undefined ? [] : [creator.accountId, creator.email, userName(creator)];
  return equality(clause, namesOf, values);
}

function textMatcher(clause: Clause, text: (issue: Issue) => string): Matcher {
  if (clause.operator !== '~') {
    throw new JqlError(`The operator '${clause.operator}' is not supported by the '${clause.field}' field.`);
  }
  const words = (clause.values[0] ?? '').toLowerCase().split(/\s+/);
  return (issue) => words.every((word) => text(issue).toLowerCase().includes(word.replace(/\*$/, '')));
}

const byKey = (clause: Clause, asker: Asker) => keyMatcher(clause, asker);
const byUser = (clause: Clause, asker: Asker) => userMatcher(clause, asker);

const fields: Record<string, (clause: Clause, asker: Asker) => Matcher> = {
  project: projectMatcher,
  key: byKey,
  issuekey: byKey,
  issue: byKey,
  id: byKey,
  creator: byUser,
  reporter: byUser,
  created: timeMatcher((issue) => issue.createdAt),
  updated: timeMatcher((issue) => issue.updatedAt),
  status: (clause) => equality(clause, (issue) => [issue.status]),
  issuetype: (clause) => equality(clause, (issue) => [issue.issueType.name, issue.issueType.id]),
  type: (clause) => equality(clause, (issue) => [issue.issueType.name, issue.issueType.id]),
  labels: (clause) => equality(clause, (issue) => issue.labels),
  summary: (clause) => textMatcher(clause, (issue) => issue.summary),
  description: (clause) =>
    textMatcher(clause, (issue) =>
      issue.description === null ? '' : paragraphsOf(issue.description).join(' '),
    ),
};

function valueInside(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** `issue.property[key].path`: only for keys that an app has indexed; Jira knows no others in JQL. */
function propertyMatcher(clause: Clause, { world }: Asker): Matcher | undefined {
  const found = /^issue\.property\[["']?([^\]"']+)["']?\](?:\.(.+))?$/i.exec(clause.written);
  const key = world.seed.searchableProperties.find((one) => one === found?.[1]);
  if (found === null || key === undefined) return undefined;
  const path = found[2]?.split('.') ?? [];
  return equality(clause, (issue) => {
    const value = valueInside(issue.properties.get(key), path);
    return value === undefined ? [] : [String(value)];
  });
}

const orders: Record<string, (a: Issue, b: Issue) => number> = {
  created: (a, b) => a.createdAt.getTime() - b.createdAt.getTime(),
  updated: (a, b) => a.updatedAt.getTime() - b.updatedAt.getTime(),
  summary: (a, b) => a.summary.localeCompare(b.summary),
  status: (a, b) => a.status.localeCompare(b.status),
  project: (a, b) => a.project.name.localeCompare(b.project.name),
  key: (a, b) => a.project.key.localeCompare(b.project.key) || Number(a.id) - Number(b.id),
};

/** The visible issues that a query finds, in its order; the newest first when it names none. */
export function findByQuery(asker: Asker, query: Query): Issue[] {
  const matchers = query.clauses.map((clause) => {
    const matcher = fields[clause.field]?.(clause, asker) ?? propertyMatcher(clause, asker);
    if (matcher !== undefined) return matcher;
    throw new JqlError(`Field '${clause.field}' does not exist or you do not have permission to view it.`);
  });
  const comparers = query.order.map(({ field, descending }) => {
    const compare = orders[field === 'issuekey' ? 'key' : field];
    if (compare === undefined) {
      throw new JqlError(`Not able to sort using field '${field}'.`);
    }
    return (a: Issue, b: Issue) => (descending ? -compare(a, b) : compare(a, b));
  });
  const newestFirst = (a: Issue, b: Issue) => Number(b.id) - Number(a.id);
  return asker.indexed
    .filter((issue) => matchers.every((matches) => matches(issue)))
    .sort((a, b) => {
      for (const compare of comparers) {
        const order = compare(a, b);
        if (order !== 0) return order;
      }
      return newestFirst(a, b);
    });
}
