import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Schema } from '../../../database/index.ts';
import type { DevEntity, DevEntityKind, DevInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import { fullerOf } from './fuller.ts';
import { createOwnKeys, splitByProjects } from './issue-keys.ts';
import {
  forget,
  forgetRepository,
  lockPlace,
  lockRepository,
  memberOf,
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
import type { Telling } from './telling.ts';

/** What taking in came to. */
export interface TakenIn {
  tellings: Telling[];
  /** Entities that were looked at, whether they name an issue or not. */
  looked: number;
}

const ownKeys = createOwnKeys();

interface Key {
  kind: DevEntityKind;
  id: string;
}
const nameOf = ({ kind, id }: Key): string => memberOf(kind, id);

/**
 * Compares what a code host says now with what is remembered, remembers it, and gives what Jira must be told: new and
 * changed entities that name an issue, those that name one no longer, those that are gone; and with a pull request
 * whose keys or commits changed, the branch and the commits that are shown on its issues. What tells of an older
 * moment than the memory is left alone. Within the caller's transaction, one at a time for a repository.
 */
export async function takeIn(
  trx: Kysely<Schema>,
  options: { linkId: string; projects: string[] | null; info: DevInfo; at: Date },
): Promise<TakenIn> {
  const { linkId, projects, info, at } = options;
  const place: Place = { linkId, repositoryId: info.repository.id };
  await lockRepository(trx, linkId, info.repository, at);

  const seen = eachOnce(seenIn(info, at));
  const known = new Map((await recall(trx, place, [...seen, ...info.gone])).map((row) => [nameOf(row), row]));
  const fresh = seen.filter((row) => (known.get(nameOf(row))?.asOf ?? row.asOf) <= row.asOf);
  const gone = info.gone.filter((key) => {
    const row = known.get(nameOf(key));
    return row !== undefined && row.asOf <= (key.at ?? at);
  });

  const rows = new Map<string, Remembered>();
  for (const row of fresh) {
    const before = known.get(nameOf(row));
    const { shownKeys, shownHash, shownAt } = before ?? nothingShown;
    rows.set(nameOf(row), { ...row, content: fullerOf(row, before), shownKeys, shownHash, shownAt });
  }
  // A pull request that changed or went lends its keys to others than before.
  const borrowers = new Set(
    [...fresh, ...gone.flatMap((key) => known.get(nameOf(key)) ?? [])]
      .filter(({ kind }) => kind === 'pull-request')
      .flatMap((row) => [...row.members, ...(known.get(nameOf(row))?.members ?? [])]),
  );
  const goneNames = new Set(gone.map(nameOf));
  const others = [...borrowers].filter((name) => !rows.has(name) && !goneNames.has(name)).map(keyOfMember);
  for (const row of await recall(trx, place, others)) rows.set(nameOf(row), row);

  const written = fresh.map((row) => rows.get(nameOf(row)) ?? row);
  // Who lends keys to whom is looked up in the database: pull requests must be there by then.
  await remember(
    trx,
    place,
    written.filter(({ kind }) => kind === 'pull-request'),
  );
  await forget(trx, place, gone);
  const tellings = await tellingsOf(trx, place, [...rows.values()], {
    projects,
    info,
    at,
    written: written.filter(({ kind }) => kind !== 'pull-request'),
  });
  for (const key of gone) {
    const { shownKeys, shownAt } = known.get(nameOf(key)) ?? nothingShown;
    if (shownKeys.length === 0) continue;
    const entity = forgotten(key, info.repository, shownKeys);
    tellings.push({ entity, at: latestOf(key.at ?? at, shownAt), refusedKeys: [] });
  }
  return { tellings, looked: seen.length + info.gone.length };
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
  return tellingsOf(trx, place, rows, { projects, info: { repository }, at });
}

/** What Jira must be told of entities that are there, which is then remembered as told. */
async function tellingsOf(
  trx: Kysely<Schema>,
  place: Place,
  rows: Remembered[],
  options: {
    projects: string[] | null;
    info: Pick<DevInfo, 'repository'>;
    at: Date;
    /** Of the rows those that are to be remembered whether Jira is told of them or not. */
    written?: Remembered[];
  },
): Promise<Telling[]> {
  const { projects, info, at, written = [] } = options;
  const lent = await lentKeys(trx, place, rows);
  const tellings: Telling[] = [];
  const changed = new Map(written.map((row) => [nameOf(row), row]));
  for (const row of rows) {
    const all = [...new Set([...row.ownKeys, ...(lent.get(nameOf(row)) ?? [])])];
    const { allowed, refused } = splitByProjects(all, projects);
    const told = tellingOf(row, allowed, info.repository);
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

/** Two pull requests of a page may hold the same commit, and a host may name one twice. */
const eachOnce = (rows: Remembered[]): Remembered[] => [
  ...new Map(rows.map((row) => [nameOf(row), row])).values(),
];

const nothingShown = { shownKeys: [], shownHash: null, shownAt: null };

/** What is told later must not pass for older than what was told before. */
const latestOf = (...moments: (Date | null)[]): Date =>
  new Date(Math.max(...moments.map((moment) => moment?.getTime() ?? 0)));

function seenIn(info: DevInfo, at: Date): Remembered[] {
  return [
    ...info.branches.map(
      (branch): Remembered => ({
        ...nothingShown,
        kind: 'branch',
        id: branch.name,
        content: branch,
        asOf: branch.at ?? at,
        ownKeys: ownKeys.branch(branch),
        members: [],
      }),
    ),
    ...info.commits.map(
      (commit): Remembered => ({
        ...nothingShown,
        kind: 'commit',
        id: commit.sha,
        content: commit,
        // A commit never changes.
        asOf: commit.at < at ? commit.at : at,
        ownKeys: ownKeys.commit(commit),
        members: [],
      }),
    ),
    ...info.pullRequests.map((pullRequest): Remembered => {
      const { source, commits } = pullRequest;
      const branch = source.repositoryId === info.repository.id ? [memberOf('branch', source.branch)] : [];
      return {
        ...nothingShown,
        kind: 'pull-request',
        id: String(pullRequest.number),
        content: pullRequest,
        asOf: pullRequest.at ?? at,
        ownKeys: ownKeys.pullRequest(pullRequest),
        members: [...branch, ...commits.map((sha) => memberOf('commit', sha))],
      };
    }),
  ];
}

function keyOfMember(member: string): Key {
  const at = member.indexOf(':');
  return { kind: member.slice(0, at) as DevEntityKind, id: member.slice(at + 1) };
}

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
