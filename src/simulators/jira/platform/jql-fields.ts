import { type SeedAccount, userName } from '../seed.ts';
import type { World } from '../world.ts';
import type { Field, FieldContext } from './fields/element.ts';
import { keptIn } from './fields/values.ts';
import { type Clause, JqlError } from './jql.ts';
import { readJqlTime } from './jql-times.ts';
import type { Issue } from './platform.ts';
import { plainText, type RichText } from './rich-text.ts';

/** Who asks: decides what exists for the query. */
export interface Asker {
  world: World;
  account: SeedAccount | undefined;
  /** Every issue that the asker may see. */
  visible: Issue[];
  /** Those that search knows of already: its index lags behind. */
  indexed: Issue[];
}

export type Matcher = (issue: Issue) => boolean;

const unsupported = ({ operator, field }: Clause) =>
  new JqlError(`The operator '${operator}' is not supported by the '${field}' field.`);
const unknownValue = (value: string, field: string) =>
  new JqlError(`The value '${value}' does not exist for the field '${field}'.`);

/** Equality of words whatever their case. What holds nothing is neither equal nor unequal to something. */
function equality(clause: Clause, read: (issue: Issue) => string[], values = clause.values): Matcher {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  const isIn: Matcher = (issue) => read(issue).some((value) => wanted.has(value.toLowerCase()));
  if (clause.operator === '=' || clause.operator === 'in') return isIn;
  if (clause.operator === '!=' || clause.operator === 'not in') {
    return (issue) => read(issue).length > 0 && !isIn(issue);
  }
  if (clause.operator === 'is') return (issue) => read(issue).length === 0;
  if (clause.operator === 'is not') return (issue) => read(issue).length > 0;
  throw unsupported(clause);
}

function ordering(clause: Clause, read: (issue: Issue) => number | undefined, border: number): Matcher {
  const compare: Partial<Record<Clause['operator'], (value: number) => boolean>> = {
    '>=': (value) => value >= border,
    '>': (value) => value > border,
    '<=': (value) => value <= border,
    '<': (value) => value < border,
    '=': (value) => value === border,
    '!=': (value) => value !== border,
  };
  const holds = compare[clause.operator];
  if (holds === undefined) throw unsupported(clause);
  return (issue) => {
    const value = read(issue);
    return value !== undefined && holds(value);
  };
}

function emptiness(clause: Clause, read: (issue: Issue) => unknown): Matcher | undefined {
  const isEmpty: Matcher = (issue) => [undefined, null, ''].includes(read(issue) as undefined);
  if (clause.operator === 'is') return isEmpty;
  return clause.operator === 'is not' ? (issue) => !isEmpty(issue) : undefined;
}

const times =
  (read: (issue: Issue) => number | undefined) =>
  (clause: Clause, { world, account }: Asker): Matcher => {
    const zone = account?.timeZone ?? 'Etc/UTC';
    return (
      emptiness(clause, read) ??
      ordering(clause, read, readJqlTime(clause.values[0] ?? '', clause.field, world.now(), zone))
    );
  };

function texts(clause: Clause, read: (issue: Issue) => string): Matcher {
  const empty = emptiness(clause, read);
  if (empty !== undefined) return empty;
  const words = (clause.values[0] ?? '').toLowerCase().split(/\s+/);
  const holds: Matcher = (issue) =>
    words.every((word) => read(issue).toLowerCase().includes(word.replace(/\*$/, '')));
  if (clause.operator === '~') return holds;
  if (clause.operator === '!~') return (issue) => read(issue) !== '' && !holds(issue);
  throw unsupported(clause);
}

function projects(clause: Clause, { world, account }: Asker): Matcher {
  for (const value of clause.values) {
    const project =
      world.platform.findProject(value) ??
      world.platform.projects.find((one) => one.name.toLowerCase() === value.toLowerCase());
    if (project === undefined || !world.platform.may(account, 'BROWSE_PROJECTS', project)) {
      throw unknownValue(value, 'project');
    }
  }
  return equality(clause, (issue) => [issue.project.key, issue.project.id, issue.project.name]);
}

const keys =
  (read: (issue: Issue) => Issue | undefined) =>
  (clause: Clause, { visible }: Asker): Matcher => {
    const find = (value: string) => {
      const found = visible.find((issue) => issue.id === value || issue.key === value.toUpperCase());
      if (found !== undefined) return found;
      throw new JqlError(`An issue with key '${value}' does not exist for field '${clause.field}'.`);
    };
    const order = ['>', '>=', '<', '<='].includes(clause.operator);
    if (order) {
      return ordering(clause, (issue) => Number(issue.id), Number(find(clause.values[0] ?? '').id));
    }
    return equality(
      clause,
      (issue) => {
        const other = read(issue);
        return other === undefined ? [] : [other.key];
      },
      clause.values.map((value) => find(value).key),
    );
  };

const people =
  (read: (issue: Issue) => SeedAccount | undefined) =>
  (clause: Clause, { world, account }: Asker): Matcher => {
    const namesOf = (one: SeedAccount | undefined) =>
      one === undefined ? [] : [one.accountId, one.email, userName(one), one.displayName];
    const values = clause.values.flatMap((value) => {
      if (value.toLowerCase() === 'currentuser()') return [account?.accountId ?? ''];
      const group = /^membersof\(["']?(.*?)["']?\)$/i.exec(value);
      if (group !== null) {
        const members = world.seed.accounts.filter((one) => one.groups.includes(group[1] ?? ''));
        return members.map((one) => one.accountId);
      }
      const isKnown = world.seed.accounts.some((one) =>
        namesOf(one).some((name) => name.toLowerCase() === value.toLowerCase()),
      );
      if (isKnown) return [value];
      throw unknownValue(value, clause.field);
    });
    return equality(clause, (issue) => namesOf(read(issue)), values);
  };

/** What Jira knows of itself; all else goes by the fields of the site. */
const known: Record<string, (clause: Clause, asker: Asker) => Matcher> = {
  project: projects,
  key: keys((issue) => issue),
  creator: people((issue) => issue.creator),
  created: times((issue) => issue.createdAt.getTime()),
  updated: times((issue) => issue.updatedAt.getTime()),
  resolved: times((issue) => {
    const at = issue.values.get('resolutiondate');
    return typeof at === 'string' ? Date.parse(at) : undefined;
  }),
  status(clause, { world }) {
    const names = new Map(
      world.metadata.statuses.flatMap(({ id, name }) => [
        [id, name] as const,
        [name.toLowerCase(), name] as const,
      ]),
    );
    const values = clause.values.map((value) => {
      const name = names.get(value) ?? names.get(value.toLowerCase());
      if (name === undefined) throw unknownValue(value, 'status');
      return name;
    });
    return equality(clause, (issue) => [issue.status], values);
  },
  statuscategory(clause, { world }) {
    const names = { new: 'To Do', indeterminate: 'In Progress', done: 'Done' };
    const categoryOf = (issue: Issue) =>
      world.metadata.statuses.find(({ name }) => name === issue.status)?.category ?? 'new';
    return equality(clause, (issue) => [categoryOf(issue), names[categoryOf(issue)]]);
  },
  issuetype(clause, { world }) {
    for (const value of clause.values) {
      const isKnown = world.metadata.issueTypes.some(
        ({ id, name }) => id === value || name.toLowerCase() === value.toLowerCase(),
      );
      if (!isKnown) throw unknownValue(value, clause.field);
    }
    return equality(clause, (issue) => [issue.issueType.name, issue.issueType.id]);
  },
  parent(clause, asker) {
    return keys((issue) => asker.world.platform.findIssue(String(issue.values.get('parent'))))(clause, asker);
  },
};

/** Other names that JQL has for a field. */
const aliases: Record<string, string> = {
  issuekey: 'key',
  issue: 'key',
  id: 'key',
  type: 'issuetype',
  component: 'components',
  fixversion: 'fixVersions',
  affectedversion: 'versions',
  due: 'duedate',
  resolutiondate: 'resolved',
  level: 'security',
};

/** The field of the site that a name in JQL means: its id, `cf[10050]`, or the name that people read. */
export function findJqlField({ fields }: World, written: string): Field | undefined {
  const name = written.toLowerCase();
  const wanted = (aliases[name] ?? name).toLowerCase();
  const number = /^cf\[(\d+)\]$/.exec(name)?.[1];
  if (number !== undefined) return fields.find(({ id }) => id === `customfield_${number}`);
  return fields.find((field) => (field.isCustom ? field.name : field.id).toLowerCase() === wanted);
}

function byField(field: Field, clause: Clause, asker: Asker): Matcher {
  const { element } = field;
  const contextOf = (issue: Issue): FieldContext => ({
    world: asker.world,
    api: '2',
    project: issue.project,
    issueType: issue.issueType,
    issue,
  });
  const one = (issue: Issue) => keptIn(issue, field);
  if (element.type === 'user') {
    const accountOf = (issue: Issue) => {
      const kept = one(issue);
      const ids = Array.isArray(kept) ? kept : [kept];
      return asker.world.seed.accounts.find(({ accountId }) => ids.includes(accountId));
    };
    return people(accountOf)(clause, asker);
  }
  if (element.type === 'number') {
    const read = (issue: Issue) => one(issue) as number | undefined;
    return emptiness(clause, read) ?? ordering(clause, read, Number(clause.values[0]));
  }
  if (element.type === 'date' || element.type === 'datetime') {
    return times((issue) => {
      const kept = one(issue);
      return typeof kept === 'string' ? Date.parse(kept) : undefined;
    })(clause, asker);
  }
  if (element.type === 'string' && !field.isArray) {
    return texts(clause, (issue) => {
      const kept = one(issue);
      return kept === null ? '' : plainText(kept as RichText);
    });
  }
  return equality(clause, (issue) => {
    const kept = one(issue);
    const list = Array.isArray(kept) ? kept : kept === null ? [] : [kept];
    const context = contextOf(issue);
    return list.flatMap((value) => [
      element.name(value, context),
      ...(element.words?.(value, context) ?? []),
    ]);
  });
}

function valueInside(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** `issue.property[key].path`: only for keys that an app has indexed; Jira knows no others in JQL. */
function byProperty(clause: Clause, { world }: Asker): Matcher | undefined {
  const found = /^issue\.property\[["']?([^\]"']+)["']?\](?:\.(.+))?$/i.exec(clause.written);
  const key = world.seed.searchableProperties.find((one) => one === found?.[1]);
  if (found === null || key === undefined) return undefined;
  const path = found[2]?.split('.') ?? [];
  return equality(clause, (issue) => {
    const value = valueInside(issue.properties.get(key), path);
    return value === undefined ? [] : [String(value)];
  });
}

/** What one restriction asks of an issue. @throws JqlError for a field or value that is not there */
export function matcherOfClause(clause: Clause, asker: Asker): Matcher {
  const own = known[aliases[clause.field] ?? clause.field];
  if (own !== undefined) return own(clause, asker);
  const field = findJqlField(asker.world, clause.written);
  if (field !== undefined) return byField(field, clause, asker);
  const matcher = byProperty(clause, asker);
  if (matcher !== undefined) return matcher;
  throw new JqlError(`Field '${clause.field}' does not exist or you do not have permission to view it.`);
}
