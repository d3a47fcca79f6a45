import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { Condition, Query } from './jql.ts';
import { JqlError, parseJql } from './jql.ts';
import { namesIssues } from './jql-fields.ts';
import { findByQuery } from './jql-match.ts';
import type { Issue } from './platform.ts';
import { maySee } from './visibility.ts';

/** A search, as both editions have it. */
export interface IndexSearch {
  account: SeedAccount | undefined;
  jql: string;
  /** Ids of issues that search must see as they are. */
  reconciled?: string[];
  /** Whether a query must restrict something. */
  needsBounds?: boolean;
  /** Whether values that are not there are warned of rather than refused. */
  isLenient?: boolean;
}

/** The issues that a query names by key or id: what it finds is among them. Undefined when it names none. */
function candidatesOf(world: World, { where }: Query): Issue[] | undefined {
  const all: Condition[] = where !== undefined && 'and' in where ? where.and : where ? [where] : [];
  for (const one of all) {
    if (!('field' in one) || !namesIssues(one)) continue;
    const found = one.values.map((value) => world.platform.findIssue(value));
    return [...new Set(found)].filter((issue) => issue !== undefined);
  }
  return undefined;
}

/**
 * The issues as search knows them: without those that are too new for it, and the others as they were when it last
 * looked. Those whose ids are to be reconciled it sees as they are.
 */
function listIndexed(world: World, visible: Issue[], reconciled: string[]): Issue[] {
  const lookedAt = new Date(world.now().getTime() - world.switches.searchLagMs);
  return visible.flatMap((issue) => {
    if (reconciled.includes(issue.id)) return [issue];
    return issue.createdAt <= lookedAt ? [world.platform.asOf(issue, lookedAt)] : [];
  });
}

/** Finds issues, each as it is now, with what the query is warned of. @throws JqlError for what is no query here */
export function searchIndex(world: World, search: IndexSearch): { found: Issue[]; warnings: string[] } {
  const { account, reconciled = [], isLenient = false } = search;
  const query = parseJql(search.jql);
  if (search.needsBounds === true && query.where === undefined) {
    throw new JqlError(
      'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
    );
  }
  const candidates = candidatesOf(world, query) ?? world.platform.listIssues();
  const visible = candidates.filter((issue) => maySee(world, account, issue.project));
  const indexed = listIndexed(world, visible, reconciled);
  const warnings: string[] = [];
  const asker = { world, account, indexed, ...(isLenient && { warnings }) };
  const byId = new Map(visible.map((issue) => [issue.id, issue]));
  return { found: findByQuery(asker, query).map((issue) => byId.get(issue.id) ?? issue), warnings };
}
