import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from './actions/host.ts';
import { commitCommand, type Stamp } from './git/fast-import.ts';
import type { PullRequest, PullRequestState } from './pull-request.ts';
import type { Principal, Repository } from './world.ts';

/** How much history to make. */
export interface Bulk {
  /** The path of a repository that is there; what it holds is replaced. */
  repository: string;
  branches: number;
  pullRequests: number;
  commits: number;
  /** The issue key of the nth pull request and its branch; `MYT-1` to `MYT-500` in turn when absent. */
  issueKey?: (index: number) => string;
}

interface Planned {
  index: number;
  title: string;
  branch: string;
  state: PullRequestState;
  /** Marks: the last commit of the pull request, and where it parted from the default branch. */
  head: number;
  base: number;
  commits: number;
  at: Date;
}

/** What the history amounts to; the refs with the marks that they point at. */
interface Plan {
  pulls: Planned[];
  refs: Map<string, number>;
}

const minuteMs = 60_000;

/**
 * The whole history in the language of `git fast-import`: a default branch with a pull request's commits beside it at
 * regular distances. The first `branches - 1` pull requests keep their branch; those whose branch is gone are merged
 * or closed, as happens to most.
 */
function* writeHistory(
  wanted: Required<Bulk>,
  plan: Plan,
  /** The ref of the default branch. */
  main: string,
  people: Stamp[],
  startMs: number,
): Generator<string> {
  const { branches, pullRequests, commits, issueKey } = wanted;
  const each = pullRequests === 0 ? 0 : Math.max(1, Math.floor((commits * 0.4) / pullRequests));
  const mainCommits = commits - each * pullRequests;
  let mark = 0;
  let onMain = 0;
  let planned = 0;
  const commit = (ref: string, message: string, parents: number[]) => {
    mark++;
    const at = new Date(startMs + mark * minuteMs);
    const person = people[mark % people.length] ?? { name: 'Bulk', email: 'bulk@tieline.invalid' };
    const author = { name: person.name, email: person.email, at };
    // A hundred files in turn: the trees stay small however long the history is.
    const path = `part-${mark % 10}/file-${Math.floor(mark / 10) % 10}.txt`;
    const parentMarks = parents.filter((one) => one > 0).map((one) => `:${one}`);
    const changed = { [path]: `${message}\n${mark}\n` };
    return commitCommand(mark, {
      ref,
      message,
      author,
      committer: author,
      parents: parentMarks,
      files: changed,
    });
  };
  for (let step = 1; step <= mainCommits; step++) {
    yield commit('refs/simulator/main', `Step ${step} of the main line`, [onMain]);
    onMain = mark;
    while (planned < pullRequests && planned * mainCommits < step * pullRequests) {
      const index = planned++;
      const key = issueKey(index);
      const branch = `feature/${key}-change-${index + 1}`;
      const keepsBranch = index >= pullRequests - (branches - 1);
      const base = onMain;
      let head = base;
      for (let step = 1; step <= each; step++) {
        yield commit('refs/simulator/work', `${key} change ${index + 1}, part ${step}`, [head]);
        head = mark;
      }
      plan.refs.set(`refs/pullreq/${index + 1}/head`, head);
      if (keepsBranch) plan.refs.set(`refs/heads/${branch}`, head);
      const state = keepsBranch ? 'open' : index % 5 === 0 ? 'closed' : 'merged';
      const at = new Date(startMs + mark * minuteMs);
      plan.pulls.push({
        index,
        title: `${key} Change number ${index + 1}`,
        branch,
        state,
        head,
        base,
        commits: each,
        at,
      });
    }
  }
  // Branches that no pull request has.
  for (let index = pullRequests; index < branches - 1; index++) {
    plan.refs.set(`refs/heads/feature/${issueKey(index)}-idea-${index + 1}`, onMain);
  }
  plan.refs.set(main, onMain);
}

function pullFrom(host: Host, planned: Planned, shaOf: (mark: number) => string, by: Principal): PullRequest {
  const { state, index } = planned;
  const opened = planned.at.getTime();
  const ended = state === 'open' ? null : opened + 60 * minuteMs;
  const target = shaOf(planned.base);
  return {
    number: index + 1,
    id: host.world.nextId('pull request'),
    state,
    isDraft: false,
    title: planned.title,
    description: `Part of ${planned.title.split(' ')[0]}.`,
    sourceBranch: planned.branch,
    sourceSha: shaOf(planned.head),
    targetBranch: 'main',
    targetSha: target,
    mergeBaseSha: target,
    author: by,
    created: opened,
    updated: ended ?? opened,
    edited: ended ?? opened,
    closed: ended,
    merged: state === 'merged' ? ended : null,
    mergeMethod: state === 'merged' ? 'squash' : null,
    merger: state === 'merged' ? by : null,
    stats: {
      commits: planned.commits,
      filesChanged: planned.commits,
      additions: planned.commits * 2,
      deletions: 0,
    },
    reviewers: [],
    activities: [],
  };
}

async function readMarks(path: string): Promise<Map<number, string>> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return new Map(lines.map((line) => [Number(line.slice(1, line.indexOf(' '))), line.slice(-40)]));
}

/** Writes all refs at once: seven thousand files of one line each, and packing them, would take longer than git itself. */
async function writeRefs(folder: string, refs: Map<string, string>): Promise<void> {
  await rm(join(folder, 'refs'), { recursive: true, force: true });
  await mkdir(join(folder, 'refs', 'heads'), { recursive: true });
  const lines = [...refs].map(([ref, sha]) => ({ ref: Buffer.from(ref), line: `${sha} ${ref}\n` }));
  // Git looks for a ref by halves, in the order of bytes.
  lines.sort((a, b) => Buffer.compare(a.ref, b.ref));
  const text = ['# pack-refs with: peeled fully-peeled sorted \n', ...lines.map((one) => one.line)];
  await writeFile(join(folder, 'packed-refs'), text.join(''));
}

/**
 * Fills a repository with so many branches, pull requests and commits in one run of `git fast-import`; no webhook hears
 * of it. Gives the repository.
 */
export async function fill(host: Host, given: Bulk): Promise<Repository> {
  const { world } = host;
  const wanted = { issueKey: (index: number) => `MYT-${1 + (index % 500)}`, ...given };
  const repository = world.getRepository(wanted.repository);
  const { git } = repository;
  const plan: Plan = { pulls: [], refs: new Map() };
  const startMs = world.now().getTime() - (wanted.commits + 120) * minuteMs;
  const people = world.principals.map((one) => ({
    name: one.displayName,
    email: one.email,
    at: new Date(startMs),
  }));
  const marksPath = join(git.folder, 'bulk-marks');
  const main = repository.defaultBranch;
  await repository.turns(async () => {
    const history = writeHistory(wanted, plan, `refs/heads/${main}`, people, startMs);
    await git.git(['fast-import', '--quiet', '--force', `--export-marks=${marksPath}`], history);
    const marks = await readMarks(marksPath);
    const shaOf = (mark: number) => marks.get(mark) ?? '';
    await writeRefs(git.folder, new Map([...plan.refs].map(([ref, mark]) => [ref, shaOf(mark)])));
    // Without it each page of commits would be found by reading all commits before it.
    await git.git(['commit-graph', 'write', '--reachable']);
    const authors = world.principals;
    repository.pullRequests = plan.pulls.map((one) => {
      const by = authors[one.index % authors.length] ?? authors[0];
      if (by === undefined) throw new RangeError('there is no account');
      return { ...pullFrom(host, one, shaOf, by), targetBranch: main };
    });
    repository.lastPush = world.now().getTime();
  });
  return repository;
}
