import { type SeedAccount, userName } from '../seed.ts';
import type { World } from '../world.ts';
import type { Field, FieldContext } from './fields/element.ts';
import { keptIn } from './fields/values.ts';
import { type Clause, JqlError } from './jql.ts';
import {
  type Asker,
  complain,
  emptiness,
  equality,
  type Matcher,
  ordering,
  unknownValue,
  unsupported,
} from './jql-clauses.ts';
import { readJqlTime } from './jql-times.ts';
import type { Issue } from './platform.ts';
import { plainText, type RichText } from './rich-text.ts';

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

function projects(clause: Clause, asker: Asker): Matcher {
  const { world, account } = asker;
  for (const value of clause.values) {
    const project =
      world.platform.findProject(value) ??
      world.platform.projects.find((one) => one.name.toLowerCase() === value.toLowerCase());
    if (project === undefined || !world.platform.may(account, 'BROWSE_PROJECTS', project)) {
      complain(asker, unknownValue(value, 'project'));
    }
  }
  return equality(clause, (issue) => [issue.project.key, issue.project.id, issue.project.name]);
}

/** Fields that name an issue by its number alone. */
const isNumber = (value: string) => /^\d+$/.test(value);

/** The issues that values name. @throws JqlError that names each that is not there, or may not be seen */
function issuesNamed({ field, values }: Clause, asker: Asker): Issue[] {
  const { world, account } = asker;
  const complaints: string[] = [];
  const found = values.flatMap((value) => {
    const issue = world.platform.findIssue(value);
    if (issue !== undefined && world.platform.may(account, 'BROWSE_PROJECTS', issue.project)) return [issue];
    if (isNumber(value))
      complaints.push(`A value with ID '${value}' does not exist for the field '${field}'.`);
    else if (/^[a-z][a-z0-9_]*-\d+$/i.test(value)) {
      complaints.push(`An issue with key '${value}' does not exist for field '${field}'.`);
    } else complaints.push(`The issue key '${value}' for field '${field}' is invalid.`);
    return [];
  });
  complain(asker, ...complaints);
  return found;
}

const keys =
  (read: (issue: Issue) => Issue | undefined) =>
  (clause: Clause, asker: Asker): Matcher => {
    const named = issuesNamed(clause, asker);
    if (['>', '>=', '<', '<='].includes(clause.operator)) {
      return ordering(clause, (issue) => Number(issue.id), Number(named[0]?.id));
    }
    return equality(
      clause,
      (issue) => {
        const other = read(issue);
        return other === undefined ? [] : [other.id];
      },
      named.map(({ id }) => id),
    );
  };

const people =
  (read: (issue: Issue) => SeedAccount | undefined) =>
  (clause: Clause, asker: Asker): Matcher => {
    const { world, account } = asker;
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
      complain(asker, unknownValue(value, clause.field));
      return [];
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
  status(clause, asker) {
    const { world } = asker;
    const names = new Map(
      world.metadata.statuses.flatMap(({ id, name }) => [
        [id, name] as const,
        [name.toLowerCase(), name] as const,
      ]),
    );
    const values = clause.values.flatMap((value) => {
      const name = names.get(value) ?? names.get(value.toLowerCase());
      if (name !== undefined) return [name];
      complain(asker, unknownValue(value, 'status'));
      return [];
    });
    return equality(clause, (issue) => [issue.status], values);
  },
  statuscategory(clause, { world }) {
    const names = { new: 'To Do', indeterminate: 'In Progress', done: 'Done' };
    const categoryOf = (issue: Issue) =>
      world.metadata.statuses.find(({ name }) => name === issue.status)?.category ?? 'new';
    return equality(clause, (issue) => [categoryOf(issue), names[categoryOf(issue)]]);
  },
  issuetype(clause, asker) {
    const { world } = asker;
    for (const value of clause.values) {
      const isKnown = world.metadata.issueTypes.some(
        ({ id, name }) => id === value || name.toLowerCase() === value.toLowerCase(),
      );
      if (!isKnown) complain(asker, unknownValue(value, clause.field));
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

/** Whether a restriction lets only issues through that it names by key or id. */
export const namesIssues = ({ field, operator }: Clause) =>
  (field === 'key' || aliases[field] === 'key') && (operator === '=' || operator === 'in');

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
