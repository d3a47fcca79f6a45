import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Schema } from '../../../database/index.ts';
import type { DevEntity, RepositoryInfo } from '../../../kit/dev-info.ts';
import { splitByProjects } from './issue-keys.ts';
import {
  forget,
  forgetRepository,
  lockPlace,
  lockRepository,
  type Place,
  type Remembered,
  recall,
  recallAll,
  recallLenders,
  remember,
  reviveBranch,
  reviveCommit,
  revivePullRequest,
} from './memory.ts';
import {
  entitiesIn,
  follow,
  type Key,
  keyOfMember,
  nameOf,
  newestOf,
  nothingShown,
  type Sighting,
} from './sighting.ts';
import type { Telling } from './telling.ts';

/** What taking in came to. */
export interface TakenIn {
  tellings: Telling[];
  /** Entities that were looked at, whether they name an issue or not. */
  looked: number;
}

/**
 * Compares what a code host says with what is remembered, remembers it, and gives what Jira must be told: new and
 * changed entities that name an issue, those that name one no longer, those that are gone; and with a pull request
 * whose keys or commits changed, the branch and the commits that are shown on its issues. What tells of an older
 * moment than the memory is left alone. Of several sightings, all of one repository and in the order in which they
 * came, Jira is told what they came to. Within the caller's transaction, one at a time for a repository.
 */
export async function takeIn(
  trx: Kysely<Schema>,
  options: { linkId: string; projects: string[] | null; sightings: [Sighting, ...Sighting[]] },
): Promise<TakenIn> {
  const { linkId, projects, sightings } = options;
  const newest = newestOf(sightings);
  const { repository } = newest.info;
  const place: Place = { linkId, repositoryId: repository.id };
  await lockRepository(trx, linkId, repository, newest.at);

  const named = [...new Set(sightings.flatMap(({ info }) => entitiesIn(info)))];
  const known = new Map((await recall(trx, place, named.map(keyOfMember))).map((row) => [nameOf(row), row]));
  const { rows, gone } = follow(sightings, known);

  // A pull request that changed or went lends its keys to others than before.
  const fresh = [...rows.values()];
  const borrowers = new Set(
    [...fresh, ...[...gone.keys()].flatMap((name) => known.get(name) ?? [])]
      .filter(({ kind }) => kind === 'pull-request')
      .flatMap((row) => [...row.members, ...(known.get(nameOf(row))?.members ?? [])]),
  );
  const others = [...borrowers].filter((name) => !rows.has(name) && !gone.has(name)).map(keyOfMember);
  for (const row of await recall(trx, place, others)) rows.set(nameOf(row), row);

  // Who lends keys to whom is looked up in the database: pull requests must be there by then.
  await remember(
    trx,
    place,
    fresh.filter(({ kind }) => kind === 'pull-request'),
  );
  await forget(trx, place, [...gone.keys()].map(keyOfMember));
  const tellings = await tellingsOf(trx, place, [...rows.values()], {
    projects,
    repository,
    at: newest.at,
    written: fresh.filter(({ kind }) => kind !== 'pull-request'),
  });
  for (const [name, at] of gone) {
    const { shownKeys, shownAt } = known.get(name) ?? nothingShown;
    if (shownKeys.length === 0) continue;
    const entity = forgotten(keyOfMember(name), repository, shownKeys);
    tellings.push({ entity, at: latestOf(at, shownAt), refusedKeys: [] });
  }
  return { tellings, looked: named.length };
}

/**
 * Looks once more at all that is remembered of a repository, after the projects that the link may touch were changed,
 * and gives what Jira must be told. Within the caller's transaction.
 */
export async function takeAgain(
  trx: Kysely<Schema>,
  options: { linkId: string; projects: string[] | null; repository: RepositoryInfo; at: Date },
): Promise<Telling[]> {
  const { linkId, projects, repository, at } = options;
  const place: Place = { linkId, repositoryId: repository.id };
  await lockPlace(trx, place);
  const rows = await recallAll(trx, place);
  return tellingsOf(trx, place, rows, { projects, repository, at });
}

/** What Jira must be told of entities that are there, which is then remembered as told. */
async function tellingsOf(
  trx: Kysely<Schema>,
  place: Place,
  rows: Remembered[],
  options: {
    projects: string[] | null;
    repository: RepositoryInfo;
    at: Date;
    /** Of the rows those that are to be remembered whether Jira is told of them or not. */
    written?: Remembered[];
  },
): Promise<Telling[]> {
  const { projects, repository, at, written = [] } = options;
  const lent = await lentKeys(trx, place, rows);
  const tellings: Telling[] = [];
  const changed = new Map(written.map((row) => [nameOf(row), row]));
  for (const row of rows) {
    const all = [...new Set([...row.ownKeys, ...(lent.get(nameOf(row)) ?? [])])];
    const { allowed, refused } = splitByProjects(all, projects);
    const told = tellingOf(row, allowed, repository);
    if (told === undefined) continue;
    const shownAt = latestOf(row.asOf, at, row.shownAt);
    tellings.push({ entity: told.entity, at: shownAt, refusedKeys: refused });
    changed.set(nameOf(row), { ...row, shownKeys: allowed, shownHash: told.hash, shownAt });
  }
  await remember(trx, place, [...changed.values()]);
  return tellings;
}

/**
 * Forgets all that is remembered of a repository, and gives what Jira must be told to forget as well: when it was
 * deleted, left the link's scope, or is excluded. Within the caller's transaction.
 */
export async function takeAway(
  trx: Kysely<Schema>,
  options: { linkId: string; repository: RepositoryInfo; at: Date },
): Promise<Telling[]> {
  const { linkId, repository, at } = options;
  const place: Place = { linkId, repositoryId: repository.id };
  await lockPlace(trx, place);
  const shown = await forgetRepository(trx, place);
  return shown.map((row) => ({
    entity: forgotten(row, repository, row.shownKeys),
    at: latestOf(at, row.shownAt),
    refusedKeys: [],
  }));
}

/** What is told later must not pass for older than what was told before. */
const latestOf = (...moments: (Date | null)[]): Date =>
  new Date(Math.max(...moments.map((moment) => moment?.getTime() ?? 0)));

/** The keys that pull requests lend to branches and commits, by member. */
async function lentKeys(
  trx: Kysely<Schema>,
  place: Place,
  rows: Remembered[],
): Promise<Map<string, Set<string>>> {
  const borrowers = rows.filter(({ kind }) => kind !== 'pull-request').map(nameOf);
  const lent = new Map<string, Set<string>>(borrowers.map((name) => [name, new Set()]));
  for (const lender of await recallLenders(trx, place, borrowers)) {
    for (const member of lender.members) {
      for (const key of lender.ownKeys) lent.get(member)?.add(key);
    }
  }
  return lent;
}

/** What Jira must be told of an entity that is there; undefined when it knows already. */
function tellingOf(
  row: Remembered,
  issueKeys: string[],
  repository: DevEntity['repository'],
): { entity: DevEntity; hash: string | null } | undefined {
  const formerIssueKeys = row.shownKeys.filter((key) => !issueKeys.includes(key));
  if (issueKeys.length === 0) {
    if (row.shownKeys.length === 0) return undefined;
    return { entity: forgotten(row, repository, formerIssueKeys), hash: null };
  }
  const shown = hash('sha256', canonical([row.content, issueKeys.toSorted(), repository.name]));
  if (shown === row.shownHash) return undefined;
  return { entity: { repository, issueKeys, formerIssueKeys, ...contentOf(row) }, hash: shown };
}

const forgotten = (
  { kind, id }: Key,
  repository: DevEntity['repository'],
  formerIssueKeys: string[],
): DevEntity => ({ kind: 'gone', of: kind, id, issueKeys: [], formerIssueKeys, repository });

/** JSON with its names in order: the database gives them back in another. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );

function contentOf({ kind, content }: Remembered) {
  const plain: unknown = JSON.parse(JSON.stringify(content));
  switch (kind) {
    case 'branch':
      return { kind, branch: reviveBranch(plain) };
    case 'commit':
      return { kind, commit: reviveCommit(plain) };
    case 'pull-request':
      return { kind, pullRequest: revivePullRequest(plain) };
  }
}
