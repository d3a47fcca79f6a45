import type { DevEntityKind, DevInfo, PullRequestInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import { fullerOf } from './fuller.ts';
import { createOwnKeys } from './issue-keys.ts';
import { memberOf, type Remembered } from './memory.ts';

const ownKeys = createOwnKeys();

/** What a code host said of a repository at a moment. */
export interface Sighting {
  info: DevInfo;
  at: Date;
}

/** By what a branch, a commit or a pull request is known within its repository. */
export interface Key {
  kind: DevEntityKind;
  id: string;
}
/** See {@link memberOf}. */
export const nameOf = ({ kind, id }: Key): string => memberOf(kind, id);

/** The opposite of {@link nameOf}. */
export function keyOfMember(member: string): Key {
  const at = member.indexOf(':');
  return { kind: member.slice(0, at) as DevEntityKind, id: member.slice(at + 1) };
}

/** Of an entity of which Jira was told nothing. */
export const nothingShown = { shownKeys: [], shownHash: null, shownAt: null };

/** The last of those that tell of the latest moment. */
export const newestOf = (sightings: [Sighting, ...Sighting[]]): Sighting =>
  sightings.reduce((newest, sighting) => (sighting.at >= newest.at ? sighting : newest));

/** The names, see {@link memberOf}, of all that is told of. */
export const entitiesIn = ({ branches, commits, pullRequests, gone }: DevInfo): string[] => [
  ...branches.map(({ name }) => memberOf('branch', name)),
  ...commits.map(({ sha }) => memberOf('commit', sha)),
  ...pullRequests.map(({ number }) => memberOf('pull-request', String(number))),
  ...gone.map(nameOf),
];

/** The names of those to which the pull requests lend their keys. */
export const borrowersIn = ({ pullRequests, repository }: DevInfo): string[] =>
  pullRequests.flatMap((pullRequest) => membersOf(pullRequest, repository));

function membersOf({ source, commits }: PullRequestInfo, repository: RepositoryInfo): string[] {
  const branch = source.repositoryId === repository.id ? [memberOf('branch', source.branch)] : [];
  return [...branch, ...commits.map((sha) => memberOf('commit', sha))];
}

/** What sightings made, one after the other, of what was known: what is to be written, and what went, by name. */
export function follow(
  sightings: Sighting[],
  known: Map<string, Remembered>,
): { rows: Map<string, Remembered>; gone: Map<string, Date> } {
  const rows = new Map<string, Remembered>();
  const gone = new Map<string, Date>();
  for (const sighting of sightings) {
    // Before the first of them as it is remembered.
    const now = (name: string) => (gone.has(name) ? undefined : (rows.get(name) ?? known.get(name)));
    for (const row of seenIn(sighting)) {
      const name = nameOf(row);
      const before = now(name);
      if (before !== undefined && before.asOf > row.asOf) continue;
      const { shownKeys, shownHash, shownAt } = known.get(name) ?? nothingShown;
      rows.set(name, { ...row, content: fullerOf(row, before), shownKeys, shownHash, shownAt });
      gone.delete(name);
    }
    for (const key of sighting.info.gone) {
      const name = nameOf(key);
      const wentAt = key.at ?? sighting.at;
      const before = now(name);
      if (before === undefined || before.asOf > wentAt) continue;
      rows.delete(name);
      gone.set(name, wentAt);
    }
  }
  return { rows, gone };
}

function seenIn({ info, at }: Sighting): Remembered[] {
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
    ...info.pullRequests.map(
      (pullRequest): Remembered => ({
        ...nothingShown,
        kind: 'pull-request',
        id: String(pullRequest.number),
        content: pullRequest,
        asOf: pullRequest.at ?? at,
        ownKeys: ownKeys.pullRequest(pullRequest),
        members: membersOf(pullRequest, info.repository),
      }),
    ),
  ];
}
