import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '../../../../test/postgres.ts';
import type { BranchInfo, CommitInfo, DevInfo, PullRequestInfo } from '../../../kit/dev-info.ts';
import type { Sighting } from './sighting.ts';
import { takeAway, takeIn } from './take-in.ts';
import { keyOf, type Telling } from './telling.ts';

let test: Awaited<ReturnType<typeof startTestDatabase>>;
beforeAll(async () => {
  test = await startTestDatabase();
});
afterAll(() => test.close());

const repository = { id: '7', name: 'acme/shop', url: 'https://code.example.com/acme/shop' };
const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second));
const commit = (sha: string, message = 'no key'): CommitInfo => ({
  sha,
  message,
  author: { name: 'Ada' },
  at: at(0),
  url: `${repository.url}/commit/${sha}`,
  isMerge: false,
  files: [],
  fileCount: 0,
});
const branch = (name: string, head = commit('c0')): BranchInfo => ({
  name,
  url: `${repository.url}/${name}`,
  head,
});
const pullRequest = (number: number, given: Partial<PullRequestInfo> = {}): PullRequestInfo => ({
  number,
  title: 'no key',
  description: '',
  state: 'open',
  author: { name: 'Ada' },
  source: { branch: 'topic', repositoryId: repository.id },
  target: { branch: 'main' },
  url: `${repository.url}/pulls/${number}`,
  reviewers: [],
  commentCount: 0,
  commits: [],
  ...given,
});
const nothing: DevInfo = { repository, branches: [], commits: [], pullRequests: [], gone: [] };

/** A host's words taken in, and what Jira then shows: the newest telling of each entity counts. */
function createPanel(projects: string[] | null = null) {
  const linkId = randomUUID();
  const shown = new Map<string, { at: number; issueKeys: string[] }>();
  const tell = (tellings: Telling[]) => {
    for (const { entity, at: moment } of tellings) {
      const { kind, id } = keyOf(entity);
      const before = shown.get(`${kind} ${id}`);
      // What Jira drops in silence must not happen.
      expect(moment.getTime()).toBeGreaterThanOrEqual(before?.at ?? 0);
      shown.set(`${kind} ${id}`, { at: moment.getTime(), issueKeys: entity.issueKeys });
    }
    return tellings;
  };
  const take = async (sightings: [Sighting, ...Sighting[]]) =>
    tell(
      (await test.database.transaction('take', (trx) => takeIn(trx, { linkId, projects, sightings })))
        .tellings,
    );
  return {
    take: (info: Partial<DevInfo>, second: number) =>
      take([{ info: { ...nothing, ...info }, at: at(second) }]),
    takeTogether: take,
    takeAway: async (second: number) =>
      tell(
        await test.database.transaction('take', (trx) =>
          takeAway(trx, { linkId, repository, at: at(second) }),
        ),
      ),
    /** Issue keys by entity, of those that are shown on any. */
    panel: () =>
      Object.fromEntries(
        [...shown].flatMap(([key, { issueKeys }]) =>
          issueKeys.length === 0 ? [] : [[key, issueKeys.toSorted()]],
        ),
      ),
  };
}

describe('the memory of a repository', () => {
  it('shows a branch, a commit and a pull request on the issues that they name, and tells nothing twice', async () => {
    const { take, panel } = createPanel();
    const info = {
      branches: [branch('feature/MYT-1-login')],
      commits: [commit('c1', 'MYT-2 round totals'), commit('c2')],
      pullRequests: [pullRequest(4, { title: 'MYT-3: login', description: 'and MYT-4', commits: [] })],
    };
    expect(await take(info, 1)).toHaveLength(3);
    expect(panel()).toEqual({
      'branch feature/MYT-1-login': ['MYT-1'],
      'commit c1': ['MYT-2'],
      'pull-request 4': ['MYT-3', 'MYT-4'],
    });
    expect(await take(info, 2)).toEqual([]);
  });

  it('shows the branch and the commits of a pull request on its issues, also when the key comes later and goes again', async () => {
    const { take, panel } = createPanel();
    await take({ branches: [branch('topic')], commits: [commit('c1')] }, 1);
    await take({ pullRequests: [pullRequest(4, { commits: ['c1'] })] }, 2);
    expect(panel()).toEqual({});
    await take({ pullRequests: [pullRequest(4, { title: 'MYT-9 at last', commits: ['c1'] })] }, 3);
    const shown = { 'branch topic': ['MYT-9'], 'commit c1': ['MYT-9'], 'pull-request 4': ['MYT-9'] };
    expect(panel()).toEqual(shown);
    const withdrawn = await take(
      { pullRequests: [pullRequest(4, { title: 'never mind', commits: ['c1'] })] },
      4,
    );
    expect(panel()).toEqual({});
    expect(withdrawn.map(({ entity }) => entity.formerIssueKeys)).toEqual([['MYT-9'], ['MYT-9'], ['MYT-9']]);
  });

  it('keeps the files of a commit when a later look does not tell them', async () => {
    const { take } = createPanel();
    const file = { path: 'a', url: `${repository.url}/a`, change: 'ADDED' as const };
    const told = { ...commit('c1', 'MYT-1'), files: [file], fileCount: 1 };
    expect(await take({ commits: [told] }, 1)).toHaveLength(1);
    expect(await take({ commits: [commit('c1', 'MYT-1')] }, 2)).toEqual([]);
    const counted = { ...told, files: [{ ...file, linesAdded: 3, linesRemoved: 0 }] };
    expect(await take({ commits: [counted] }, 3)).toMatchObject([{ entity: { commit: { fileCount: 1 } } }]);
    expect(await take({ commits: [told] }, 4)).toEqual([]);
  });

  it('takes what is named twice at once as one', async () => {
    const { take, panel } = createPanel();
    expect(await take({ commits: [commit('c1', 'MYT-1'), commit('c1', 'MYT-1')] }, 1)).toHaveLength(1);
    expect(panel()).toEqual({ 'commit c1': ['MYT-1'] });
  });

  it('deletes a branch that was shown by its pull request only, when the branch is deleted', async () => {
    const { take, panel } = createPanel();
    await take({ branches: [branch('topic')] }, 1);
    await take({ pullRequests: [pullRequest(4, { title: 'MYT-9' })] }, 2);
    const told = await take({ gone: [{ kind: 'branch', id: 'topic' }] }, 3);
    expect(told).toMatchObject([
      { entity: { kind: 'gone', of: 'branch', id: 'topic', formerIssueKeys: ['MYT-9'] } },
    ]);
    expect(panel()).toEqual({ 'pull-request 4': ['MYT-9'] });
  });

  it('keeps the branch of a fork, which another repository holds, out of it', async () => {
    const { take, panel } = createPanel();
    await take({ branches: [branch('topic')] }, 1);
    await take(
      { pullRequests: [pullRequest(4, { title: 'MYT-9', source: { branch: 'topic', repositoryId: '8' } })] },
      2,
    );
    expect(panel()).toEqual({ 'pull-request 4': ['MYT-9'] });
  });

  it('touches only the projects that the link allows, and says which keys it left out', async () => {
    const { take, panel } = createPanel(['MYT']);
    const told = await take({ pullRequests: [pullRequest(4, { title: 'MYT-1 and SECRET-2' })] }, 1);
    expect(told).toMatchObject([{ refusedKeys: ['SECRET-2'] }]);
    expect(panel()).toEqual({ 'pull-request 4': ['MYT-1'] });
  });

  it('leaves what it knows of a later moment alone', async () => {
    const { take, panel } = createPanel();
    await take({ pullRequests: [pullRequest(4, { title: 'MYT-2', at: at(20) })] }, 20);
    expect(await take({ pullRequests: [pullRequest(4, { title: 'MYT-1', at: at(10) })] }, 21)).toEqual([]);
    expect(await take({ gone: [{ kind: 'pull-request', id: '4', at: at(10) }] }, 10)).toEqual([]);
    expect(panel()).toEqual({ 'pull-request 4': ['MYT-2'] });
  });

  it('keeps the files of a commit that a later list tells without them', async () => {
    const { take } = createPanel();
    const files = [{ path: 'a.ts', url: 'https://x/a.ts', change: 'ADDED' as const }];
    await take({ commits: [{ ...commit('c1', 'MYT-1'), files, fileCount: 1 }] }, 1);
    expect(await take({ commits: [commit('c1', 'MYT-1')] }, 2)).toEqual([]);
  });

  it('withdraws everything of a repository that left', async () => {
    const { take, takeAway: leave, panel } = createPanel();
    await take({ branches: [branch('MYT-1'), branch('topic')], commits: [commit('c1', 'MYT-2')] }, 1);
    expect(await leave(2)).toHaveLength(2);
    expect(panel()).toEqual({});
    expect(await leave(3)).toEqual([]);
  });

  it('takes texts that the database could not hold', async () => {
    const { take, panel } = createPanel();
    await take({ commits: [commit('c1', 'MYT-1 a \0 and half \ud800')] }, 1);
    expect(panel()).toEqual({ 'commit c1': ['MYT-1'] });
  });
});

describe('whatever happens to branches and pull requests, in whatever order they are named', () => {
  const names = ['topic', 'MYT-1-a', 'b'];
  const shas = ['c1', 'c2', 'c3'];
  const titles = ['none', 'MYT-1', 'MYT-2 and MYT-3', 'MYT-1 MYT-2'];
  const event = fc.oneof(
    fc.record({
      what: fc.constant('branch' as const),
      name: fc.constantFrom(...names),
      head: fc.constantFrom(...shas),
    }),
    fc.record({ what: fc.constant('branch-gone' as const), name: fc.constantFrom(...names) }),
    fc.record({ what: fc.constant('commit' as const), sha: fc.constantFrom(...shas) }),
    fc.record({
      what: fc.constant('pull-request' as const),
      number: fc.integer({ min: 1, max: 3 }),
      title: fc.constantFrom(...titles),
      branch: fc.constantFrom(...names),
      commits: fc.subarray(shas),
    }),
    fc.record({ what: fc.constant('pull-request-gone' as const), number: fc.integer({ min: 1, max: 3 }) }),
  );

  const togetherness = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });

  it('Jira shows what the host holds in the end, however many of them are taken in together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 25 }),
        togetherness,
        async (events, isTogether) => {
          const { takeTogether, panel } = createPanel();
          let waiting: Sighting[] = [];
          const flush = async () => {
            const [first, ...others] = waiting;
            waiting = [];
            if (first !== undefined) await takeTogether([first, ...others]);
          };
          /** By itself, or with those that come after it. */
          const take = async (info: Partial<DevInfo>, second: number) => {
            waiting.push({ info: { ...nothing, ...info }, at: at(second) });
            if (!isTogether[second % isTogether.length]) await flush();
          };
          const branches = new Map<string, BranchInfo>();
          const commits = new Set<string>();
          const pulls = new Map<number, PullRequestInfo>();
          for (const [index, one] of events.entries()) {
            const second = index + 1;
            if (one.what === 'branch') {
              const made = branch(one.name, commit(one.head));
              branches.set(one.name, made);
              await take({ branches: [made] }, second);
            } else if (one.what === 'branch-gone') {
              branches.delete(one.name);
              await take({ gone: [{ kind: 'branch', id: one.name }] }, second);
            } else if (one.what === 'commit') {
              commits.add(one.sha);
              await take({ commits: [commit(one.sha)] }, second);
            } else if (one.what === 'pull-request') {
              const { number, title, commits: held } = one;
              const made = pullRequest(number, {
                title,
                commits: held,
                source: { branch: one.branch, repositoryId: repository.id },
              });
              pulls.set(number, made);
              // As hosts are asked: a pull request comes with its commits.
              for (const sha of held) commits.add(sha);
              await take({ pullRequests: [made], commits: held.map((sha) => commit(sha)) }, second);
            } else {
              pulls.delete(one.number);
              await take({ gone: [{ kind: 'pull-request', id: String(one.number) }] }, second);
            }
          }
          await flush();
          const keysIn = (text: string) => text.match(/MYT-\d/g) ?? [];
          const keysOf = (pull: PullRequestInfo) => [...keysIn(pull.title), ...keysIn(pull.source.branch)];
          const expected: Record<string, string[]> = {};
          const put = (key: string, keys: string[]) => {
            if (keys.length > 0) expected[key] = [...new Set(keys)].toSorted();
          };
          for (const pull of pulls.values()) put(`pull-request ${pull.number}`, keysOf(pull));
          for (const name of branches.keys()) {
            const lent = [...pulls.values()].filter(({ source }) => source.branch === name).flatMap(keysOf);
            put(`branch ${name}`, [...keysIn(name), ...lent]);
          }
          for (const sha of commits) {
            put(
              `commit ${sha}`,
              [...pulls.values()].filter((pull) => pull.commits.includes(sha)).flatMap(keysOf),
            );
          }
          expect(panel()).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });
});
