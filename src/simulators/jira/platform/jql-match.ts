import type { World } from '../world.ts';
import { keptIn } from './fields/values.ts';
import { type Condition, JqlError, type Query } from './jql.ts';
import type { Asker, Matcher } from './jql-clauses.ts';
import { findJqlField, matcherOfClause } from './jql-fields.ts';
import type { Issue } from './platform.ts';

type Comparer = (a: Issue, b: Issue) => number;

const orders: Record<string, Comparer> = {
  created: (a, b) => a.createdAt.getTime() - b.createdAt.getTime(),
  updated: (a, b) => a.updatedAt.getTime() - b.updatedAt.getTime(),
  summary: (a, b) => a.summary.localeCompare(b.summary),
  status: (a, b) => a.status.localeCompare(b.status),
  issuetype: (a, b) => a.issueType.name.localeCompare(b.issueType.name),
  project: (a, b) => a.project.name.localeCompare(b.project.name),
  key: (a, b) => a.project.key.localeCompare(b.project.key) || Number(a.id) - Number(b.id),
  // Jira calls the most urgent one the greatest.
  priority: (a, b) => Number(b.values.get('priority') ?? 0) - Number(a.values.get('priority') ?? 0),
};
const aliases: Record<string, string> = { issuekey: 'key', id: 'key', type: 'issuetype' };

function comparerOf(world: World, name: string): Comparer {
  const own = orders[aliases[name] ?? name];
  if (own !== undefined) return own;
  const field = findJqlField(world, name);
  if (field === undefined || field.isArray) throw new JqlError(`Not able to sort using field '${name}'.`);
  return (a, b) => {
    const [one, other] = [keptIn(a, field), keptIn(b, field)];
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    return String(one ?? '').localeCompare(String(other ?? ''));
  };
}

function matcherOf(condition: Condition, asker: Asker): Matcher {
  if ('and' in condition) {
    const all = condition.and.map((one) => matcherOf(one, asker));
    return (issue) => all.every((matches) => matches(issue));
  }
  if ('or' in condition) {
    const any = condition.or.map((one) => matcherOf(one, asker));
    return (issue) => any.some((matches) => matches(issue));
  }
  if ('not' in condition) {
    const matches = matcherOf(condition.not, asker);
    return (issue) => !matches(issue);
  }
  return matcherOfClause(condition, asker);
}

/** The visible issues that a query finds, in its order; the newest first when it names none. */
export function findByQuery(asker: Asker, query: Query): Issue[] {
  const matches = query.where === undefined ? () => true : matcherOf(query.where, asker);
  const comparers = query.order.map(({ field, descending }): Comparer => {
    const compare = comparerOf(asker.world, field);
    return descending ? (a, b) => -compare(a, b) : compare;
  });
  const newestFirst: Comparer = (a, b) => Number(b.id) - Number(a.id);
  return asker.indexed.filter(matches).sort((a, b) => {
    for (const compare of comparers) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return newestFirst(a, b);
  });
}
