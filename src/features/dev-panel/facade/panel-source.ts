import type { Database } from '../../../database/index.ts';
import type { HistoryPage } from '../../../kit/code-host.ts';
import type { BranchInfo, CommitInfo, DevInfo, Person, RepositoryInfo } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { CodeHosts } from '../code-hosts.ts';
import { findExclusion } from '../links/link-filter.ts';
import type { Link } from '../links/link-store.ts';
import type { LinkedRepositories } from '../links/linked-repositories.ts';
import { listRepositories, type Place } from '../memory/memory.ts';
import { createShortMemory } from '../short-memory.ts';
import { cut, type Page, type Paged } from './paging.ts';
import {
  createRemembering,
  type DatedPullRequest,
  type LearnedPullRequest,
  type PullRequestQuery,
} from './remembered.ts';

/** What the host told is good for so long. */
const rememberHostMs = 60_000;
/** Jira asks for thousands of commits one by one, and each names its repository. */
const rememberListMs = 5_000;
/** More is not read from a host for a repository that no backfill has filled. */
const mostFromHost = 1_000;

const newestFirst: PullRequestQuery = { state: 'all', sort: 'updated', direction: 'desc' };

/** A repository as Jira names it: one account, one name without a slash. */
export interface PanelRepository {
  link: Link;
  info: RepositoryInfo;
  owner: string;
  name: string;
}

/** What a Jira may read of a link: the memory first, then the host. */
export interface PanelSource {
  /** The accounts under which Jira finds repositories. */
  listAccounts(link: Link): Promise<string[]>;
  listRepositories(link: Link): Promise<PanelRepository[]>;
  find(link: Link, owner: string, name: string): Promise<PanelRepository | undefined>;
  listBranches(repository: PanelRepository, page: Page): Promise<Paged<BranchInfo>>;
  findBranch(repository: PanelRepository, name: string): Promise<BranchInfo | undefined>;
  listPullRequests(
    repository: PanelRepository,
    query: PullRequestQuery,
    page: Page,
  ): Promise<Paged<DatedPullRequest>>;
  /** See {@link Remembering.listEvents}. */
  listEvents(repository: PanelRepository, page: Page): Promise<Paged<LearnedPullRequest>>;
  findPullRequest(repository: PanelRepository, number: number): Promise<DatedPullRequest | undefined>;
  listCommitsOf(repository: PanelRepository, pullRequest: DatedPullRequest): Promise<CommitInfo[]>;
  /** With the commit that is next to be read; see {@link Remembering.findNext}. */
  findCommit(
    repository: PanelRepository,
    sha: string,
  ): Promise<{ commit: CommitInfo; next: string | undefined } | undefined>;
  findPerson(link: Link, login: string): Promise<Person | undefined>;
}

/** `acme/shop/web/storefront` is `shop@web@storefront` of `acme`: Jira takes no slash in a name, and one level only. */
export function namesOf(path: string): { owner: string; name: string } {
  const [first = '', ...rest] = path.split('/');
  return rest.length === 0 ? { owner: 'repositories', name: first } : { owner: first, name: rest.join('@') };
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The repository as the memory knows it. */
export const placeOf = ({ link, info }: PanelRepository): Place => ({
  linkId: link.id,
  repositoryId: info.id,
});

export function createPanelSource(options: {
  database: Database;
  repositories: LinkedRepositories;
  codeHosts: CodeHosts;
  now(): Date;
}): PanelSource {
  const { database, repositories, codeHosts, now } = options;
  const remembering = createRemembering(database.kysely);
  const rememberHost = createShortMemory<DevInfo>({ forMs: rememberHostMs, now });
  const rememberList = createShortMemory<PanelRepository[]>({ forMs: rememberListMs, now });

  /** Everything of a kind that the host has, newest first, up to a bound. */
  const ask = async ({ link, info }: PanelRepository, kind: HistoryPage['of']): Promise<DevInfo> => {
    const { codeHost, connection } = await codeHosts.open(link.hostConnectionId);
    const whole: DevInfo = { repository: info, branches: [], commits: [], pullRequests: [], gone: [] };
    for await (const page of codeHost.history(connection, info, kind, {})) {
      whole.branches.push(...page.info.branches);
      whole.pullRequests.push(...page.info.pullRequests);
      whole.commits.push(...page.info.commits);
      if (whole.branches.length + whole.pullRequests.length >= mostFromHost) break;
    }
    return whole;
  };
  /** A Jira that is called because something came must not be given what the host told before. */
  const read = async (repository: PanelRepository, kind: HistoryPage['of']): Promise<DevInfo> => {
    const state = await remembering.findState(placeOf(repository));
    return rememberHost(`${repository.link.id} ${repository.info.id} ${kind} ${state}`, () =>
      ask(repository, kind),
    );
  };
  const isFilled = (repository: PanelRepository, kind: HistoryPage['of']) =>
    remembering.isFilled(placeOf(repository), kind);

  const join = async (link: Link): Promise<PanelRepository[]> => {
    const all = new Map<string, RepositoryInfo>();
    for (const info of await listRepositories(database.kysely, link.id)) all.set(info.id, info);
    try {
      for (const info of await repositories.list(link)) all.set(info.id, info);
    } catch (thrown) {
      // A host that is away hides what is not remembered, and nothing else.
      if (!(thrown instanceof TielineError) || all.size === 0) throw thrown;
    }
    return [...all.values()]
      .filter(({ name }) => findExclusion(link, name) === undefined)
      .map((info) => ({ link, info, ...namesOf(info.name) }))
      .sort((one, other) => (one.info.name < other.info.name ? -1 : 1));
  };

  const listAll: PanelSource['listRepositories'] = (link) =>
    rememberList(`${link.id} ${link.updatedAt.getTime()}`, () => join(link));

  return {
    listRepositories: listAll,
    async listAccounts(link) {
      return [...new Set((await listAll(link)).map(({ owner }) => owner))];
    },
    async find(link, owner, name) {
      return (await listAll(link)).find(
        (candidate) => isSame(candidate.owner, owner) && isSame(candidate.name, name),
      );
    },
    async listBranches(repository, page) {
      if (await isFilled(repository, 'branches')) {
        return remembering.listBranches(placeOf(repository), page);
      }
      return cut((await read(repository, 'branches')).branches, page);
    },
    async findBranch(repository, name) {
      const remembered = await remembering.findBranch(placeOf(repository), name);
      if (remembered !== undefined || (await isFilled(repository, 'branches'))) return remembered;
      return (await read(repository, 'branches')).branches.find((branch) => branch.name === name);
    },
    async listPullRequests(repository, query, page) {
      if (await isFilled(repository, 'pull-requests')) {
        return remembering.listPullRequests(placeOf(repository), query, page);
      }
      return cut(choose((await read(repository, 'pull-requests')).pullRequests, query, now()), page);
    },
    async listEvents(repository, page) {
      if (await isFilled(repository, 'pull-requests'))
        return remembering.listEvents(placeOf(repository), page);
      const all = choose((await read(repository, 'pull-requests')).pullRequests, newestFirst, now());
      const { items, total } = cut(all, page);
      return { items: items.map((one) => ({ ...one, learnedAt: one.at })), total };
    },
    async findPullRequest(repository, number) {
      const remembered = await remembering.findPullRequest(placeOf(repository), number);
      if (remembered !== undefined || (await isFilled(repository, 'pull-requests'))) return remembered;
      const { pullRequests } = await read(repository, 'pull-requests');
      const found = pullRequests.find((pullRequest) => pullRequest.number === number);
      return found && { ...found, at: found.at ?? now() };
    },
    async listCommitsOf(repository, { commits }) {
      const remembered = await remembering.listCommits(placeOf(repository), commits);
      if (remembered.length > 0 || (await isFilled(repository, 'pull-requests'))) return remembered;
      const told = new Map((await read(repository, 'pull-requests')).commits.map((one) => [one.sha, one]));
      return commits.flatMap((sha) => told.get(sha) ?? []);
    },
    async findCommit(repository, sha) {
      const place = placeOf(repository);
      const commit = await remembering.findCommit(place, sha);
      if (commit !== undefined) return { commit, next: await remembering.findNext(place, sha) };
      if (await isFilled(repository, 'branches')) return undefined;
      const { branches } = await read(repository, 'branches');
      const head = branches.find((branch) => branch.head.sha === sha)?.head;
      return head && { commit: head, next: undefined };
    },
    findPerson: (link, login) => remembering.findPerson(link.id, login),
  };
}

/** Of the host's pull requests those that are asked for, in the order that is asked for. */
function choose(
  all: DevInfo['pullRequests'],
  { state, sort, direction }: PullRequestQuery,
  now: Date,
): DatedPullRequest[] {
  const isOpen = (pullRequest: DevInfo['pullRequests'][number]) =>
    pullRequest.state === 'open' || pullRequest.state === 'draft';
  const turn = direction === 'asc' ? 1 : -1;
  return all
    .filter((pullRequest) => state === 'all' || isOpen(pullRequest) === (state === 'open'))
    .map((pullRequest) => ({ ...pullRequest, at: pullRequest.at ?? now }))
    .sort(
      (one, other) =>
        turn *
        ((sort === 'updated' ? one.at.getTime() - other.at.getTime() : 0) || one.number - other.number),
    );
}
