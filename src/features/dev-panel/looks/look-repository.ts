import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../../database/index.ts';
import type { Touched } from '../../../kit/code-host.ts';
import type { BranchInfo, DevInfo, PullRequestInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import type { OpenedHost } from '../code-hosts.ts';
import type { Link } from '../links/link-store.ts';
import { listRemembered, type Place, type Remembered, recall, reviveBranch } from '../memory/memory.ts';
import { findDefaultHead, startOf } from './gap.ts';
import type { LookSteps } from './look-step.ts';
import type { RepositoryMark } from './look-store.ts';
import { retell } from './retell.ts';

/** Hosts and hub may differ by so much, and a change may be stored a while after the moment that it bears. */
const overlapMs = 10 * 60 * 1000;
/** So often every branch of a repository with more than a page of them is looked at. */
const wholeEveryMs = 24 * 60 * 60 * 1000;

/** What a look at one repository needs. */
export interface RepositoryLook {
  database: Database;
  link: Link;
  host: OpenedHost;
  steps: LookSteps;
  repository: RepositoryInfo;
  /** How it stood at the last look; undefined at the first. */
  mark: RepositoryMark | undefined;
  /** Whether every branch is wanted. */
  whole: boolean;
  /** Aborted when the hub stops: then the look ends after the page that it is at. */
  signal: AbortSignal;
  now(): Date;
}

/**
 * Compares a repository's recent branches and pull requests with the memory and repairs what differs. Gives how it
 * stands, to be kept for the next look.
 * @throws as the code host does, the reason of the signal; what was repaired until then stays
 */
export async function lookAtRepository(look: RepositoryLook): Promise<RepositoryMark> {
  const { link, repository, mark, now } = look;
  const lookedAt = now();
  await retell(look);
  const since = sinceOf(link, mark);
  const isWholeDue =
    look.whole || (mark?.wholeAt ?? new Date(0)).getTime() + wholeEveryMs <= lookedAt.getTime();
  const { leftOut, complete } = await lookAtBranches(look, since, isWholeDue);
  await lookAtPullRequests(look, since);
  return { info: repository, lookedAt, leftOut, wholeAt: complete ? lookedAt : (mark?.wholeAt ?? null) };
}

/** What is older than the link nobody asked for, unless by a backfill. */
function sinceOf(link: Link, mark: RepositoryMark | undefined): Date {
  const start = startOf(link);
  if (mark === undefined) return start;
  return new Date(Math.max(mark.lookedAt.getTime() - overlapMs, start.getTime()));
}

async function lookAtBranches(look: RepositoryLook, since: Date, whole: boolean) {
  const { host, repository, database, link, now } = look;
  const place: Place = { linkId: link.id, repositoryId: repository.id };
  const startedAt = now();
  const leftOut = new Map(Object.entries(look.mark?.leftOut ?? {}));
  const seen = new Set<string>();
  let complete = false;
  // Without a moment: a page tells of all its branches, also of those that were made from an old commit.
  for await (const { info, cursor } of host.codeHost.history(host.connection, repository, 'branches', {})) {
    look.signal.throwIfAborted();
    const { branches } = info;
    for (const { name } of branches) seen.add(name);
    await repairBranches(look, place, branches, leftOut);
    complete = cursor === undefined;
    if (!whole && !branches.some(({ head }) => head.at >= since)) break;
  }
  if (complete) {
    for (const { id } of await listRemembered(database.kysely, place, 'branch', startedAt)) {
      // Pages move while they are read: only the host's own word for the one branch counts.
      if (!seen.has(id)) await repairOne(look, { kind: 'branch', repository, name: id, gone: false });
    }
    for (const name of leftOut.keys()) if (!seen.has(name)) leftOut.delete(name);
  }
  return { leftOut: Object.fromEntries(leftOut), complete };
}

/** Takes in each branch of a page that is new, or elsewhere than it is remembered, with the commits that led there. */
async function repairBranches(
  look: RepositoryLook,
  place: Place,
  branches: BranchInfo[],
  leftOut: Map<string, string>,
): Promise<void> {
  const { database, link, host, repository, mark, steps } = look;
  const names = branches.map(({ name }) => name);
  const rows = await recall(
    database.kysely,
    place,
    names.map((id) => ({ kind: 'branch', id })),
  );
  const known = new Map(rows.map((row) => [row.id, reviveBranch(row.content).head.sha]));
  for (const { name, head } of branches) {
    const before = known.get(name) ?? leftOut.get(name);
    if (before === head.sha) continue;
    if (before === undefined && mark === undefined && head.at < startOf(link)) {
      leftOut.set(name, head.sha);
      continue;
    }
    const push = { kind: 'push', repository, branch: name, after: head.sha, forced: false } as const;
    const { commits } = await repairOne(look, { ...push, ...(before === undefined ? {} : { before }) });
    leftOut.delete(name);
    if (name === repository.defaultBranch && before === undefined) await repairCommits(look);
    // Of a new branch, or after a force-push, the host cannot say what came since: what is on no other branch did.
    if (name === repository.defaultBranch || commits.length > 1) continue;
    const base = await findDefaultHead(host, repository);
    if (base !== undefined) await repairOne(look, { ...push, before: base });
  }
  await steps.count(branches.length);
}

/** The commits of a default branch that nobody told of, as far as they are newer than the link. */
async function repairCommits({ host, repository, link, steps, signal, now }: RepositoryLook): Promise<void> {
  let at = now();
  const from = { since: startOf(link) };
  for await (const { info } of host.codeHost.history(host.connection, repository, 'commits', from)) {
    signal.throwIfAborted();
    await steps.repair(info, at);
    at = now();
  }
}

async function repairOne({ host, steps, now }: RepositoryLook, touched: Touched): Promise<DevInfo> {
  const at = now();
  const info = await host.codeHost.load(host.connection, touched, { trust: false });
  await steps.repair(info, at);
  return info;
}

async function lookAtPullRequests(look: RepositoryLook, since: Date): Promise<void> {
  const { host, repository, database, link, steps, now } = look;
  const place: Place = { linkId: link.id, repositoryId: repository.id };
  let at = now();
  for await (const { info } of host.codeHost.history(host.connection, repository, 'pull-requests', {
    since,
  })) {
    look.signal.throwIfAborted();
    const rows = await recall(
      database.kysely,
      place,
      info.pullRequests.map(({ number }) => ({ kind: 'pull-request', id: String(number) })),
    );
    const known = new Map(rows.map((row) => [row.id, row]));
    const changed = info.pullRequests.filter((one) => !isSame(known.get(String(one.number)), one));
    const shas = new Set(changed.flatMap(({ commits }) => commits));
    const commits = info.commits.filter(({ sha }) => shas.has(sha));
    if (changed.length > 0) await steps.repair({ ...info, pullRequests: changed, commits }, at);
    await steps.count(info.pullRequests.length);
    at = now();
  }
}

/** The memory keeps JSON, in which nothing that is undefined is left. */
const isSame = (row: Remembered | undefined, content: PullRequestInfo): boolean =>
  row !== undefined && isDeepStrictEqual(JSON.parse(JSON.stringify(content)), row.content);
