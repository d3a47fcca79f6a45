import { badRequest, notFound, Refusal } from '../refusal.ts';
import { type Commit, commitFormat, type FileChange, readChanges, readCommits } from './commit.ts';
import { GitFailure, gitIn, type RunGit } from './run-git.ts';

/** The id that stands for nothing. */
export const nilSha = '0'.repeat(40);

/** A branch or a tag. `sha` is what it points at; of an annotated tag that is the tag. */
export interface Ref {
  name: string;
  sha: string;
  /** The commit behind it. */
  commitSha: string;
  committedAt: number;
  /** Of an annotated tag alone. */
  message?: string;
}

/** Which commits to list. */
export interface CommitQuery {
  /** Where to start: a commit id. */
  from: string;
  /** Leaves out what is reachable from here. */
  after?: string;
  path?: string;
  /** Seconds since 1970. */
  since?: number;
  until?: number;
  author?: string;
  committer?: string;
  skip?: number;
  limit?: number;
}

/** One bare repository, and what the host asks of it. */
export interface GitRepository {
  folder: string;
  git: RunGit;
  /** The commit that a branch, a tag or an id stands for. */
  find(revision: string): Promise<string | undefined>;
  /** @throws Refusal 404 */
  get(revision: string): Promise<string>;
  /** Times are read only when they are wanted: git has to open every commit for them. */
  listRefs(kind: 'heads' | 'tags', withTimes?: boolean): Promise<Ref[]>;
  listCommits(query: CommitQuery): Promise<Commit[]>;
  getCommit(sha: string): Promise<Commit>;
  /** Several by their ids, in no order. */
  getCommits(shas: string[]): Promise<Commit[]>;
  countCommits(from: string, after?: string): Promise<number>;
  /** What each commit changed against its first parent; nothing for merges. */
  listChanges(shas: string[]): Promise<Map<string, FileChange[]>>;
  /** What lies between two commits. */
  listDifferences(from: string, to: string, paths?: string[]): Promise<FileChange[]>;
  /** The same as a patch. */
  getPatch(from: string, to: string): Promise<string>;
  getCommitPatch(sha: string): Promise<string>;
  mergeBase(one: string, other: string): Promise<string | undefined>;
  isAncestor(ancestor: string, of: string): Promise<boolean>;
  /** Sets or, to the nil id, deletes a ref. */
  setRef(ref: string, to: string): Promise<void>;
  /** @throws Refusal 400 for what git would not take as a name */
  checkName(name: string): Promise<void>;
}

const asStatus = (code: number) => (error: unknown) => {
  if (error instanceof GitFailure && error.code === code) return undefined;
  throw error;
};

/** Makes a bare repository. Its default branch exists once something is pushed. */
export async function createGitRepository(folder: string, defaultBranch: string): Promise<GitRepository> {
  await gitIn(['-C', '.'])(['init', '--quiet', '--bare', '--template=', folder]);
  const git = gitIn(['--git-dir', folder]);
  await git(['symbolic-ref', 'HEAD', `refs/heads/${defaultBranch}`]);
  return openGitRepository(folder);
}

function openGitRepository(folder: string): GitRepository {
  const git = gitIn(['--git-dir', folder]);

  async function resolve(name: string): Promise<string | undefined> {
    const output = await git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]).catch(asStatus(1));
    return output?.trim();
  }

  async function listCommits(query: CommitQuery): Promise<Commit[]> {
    const { after, path, since, until, author, committer, skip = 0, limit } = query;
    const words = ['log', '-z', commitFormat, `--skip=${skip}`];
    if (limit !== undefined) words.push(`--max-count=${limit}`);
    if (since !== undefined) words.push(`--since=${since}`);
    if (until !== undefined) words.push(`--until=${until}`);
    if (author !== undefined) words.push('--regexp-ignore-case', `--author=${author}`);
    if (committer !== undefined) words.push('--regexp-ignore-case', `--committer=${committer}`);
    words.push(query.from);
    if (after !== undefined) words.push(`^${after}`);
    words.push('--', ...(path === undefined || path === '' ? [] : [path]));
    return readCommits(await git(words));
  }

  const find: GitRepository['find'] = async (revision) => {
    if (/[\0\s~^:?*[\\]/.test(revision)) return undefined;
    if (/^(refs\/.*|[0-9a-f]{40})$/i.test(revision)) return resolve(revision);
    const named = (await resolve(`refs/heads/${revision}`)) ?? (await resolve(`refs/tags/${revision}`));
    return named === undefined && /^[0-9a-f]{4,39}$/i.test(revision) ? resolve(revision) : named;
  };

  const repository: GitRepository = {
    folder,
    git,
    find,
    async get(revision) {
      const found = await find(revision);
      if (found === undefined) throw notFound(`revision "${revision}" not found`);
      return found;
    },
    async listRefs(kind, withTimes = false) {
      const more = kind === 'heads' ? '%00' : '%(*objectname)%00';
      const time = withTimes ? '%(creatordate:unix)%00' : '0%00';
      const message = kind === 'heads' ? '%00' : '%(contents)%00';
      const format = `%(refname)%00%(objectname)%00${more}${time}${message}%01`;
      const output = await git(['for-each-ref', `--format=${format}`, `refs/${kind}`]);
      const rows = output.split('\0\x01').slice(0, -1);
      return rows.map((row) => {
        const [ref = '', sha = '', behind = '', date = '0', contents = ''] = row.trimStart().split('\0');
        const annotated = behind !== '';
        return {
          name: ref.slice(`refs/${kind}/`.length),
          sha,
          commitSha: annotated ? behind : sha,
          committedAt: Number(date),
          ...(annotated ? { message: contents.trimEnd() } : {}),
        };
      });
    },
    listCommits,
    async getCommit(sha) {
      const [commit] = await listCommits({ from: sha, limit: 1 });
      if (commit === undefined) throw notFound(`commit ${sha} not found`);
      return commit;
    },
    async getCommits(shas) {
      if (shas.length === 0) return [];
      const words = ['log', '-z', '--no-walk=unsorted', '--stdin', commitFormat];
      return readCommits(await git(words, `${shas.join('\n')}\n`));
    },
    async countCommits(from, after) {
      const range = after === undefined ? [from] : [from, `^${after}`];
      return Number(await git(['rev-list', '--count', ...range]));
    },
    async listChanges(shas) {
      const words = ['diff-tree', '--stdin', '--root', '-r', '-M', '--raw', '--numstat', '--no-abbrev', '-z'];
      return shas.length === 0 ? new Map() : readChanges(await git(words, `${shas.join('\n')}\n`));
    },
    async listDifferences(from, to, paths = []) {
      const words = [
        'diff-tree',
        '-r',
        '-M',
        '--raw',
        '--numstat',
        '--no-abbrev',
        '-z',
        from,
        to,
        '--',
        ...paths,
      ];
      return readChanges(await git(words)).get('') ?? [];
    },
    getPatch: (from, to) => git(['diff', '-M', '--full-index', from, to]),
    getCommitPatch: (sha) => git(['show', '--format=', '-M', '--full-index', sha]),
    async mergeBase(one, other) {
      const output = await git(['merge-base', one, other]).catch(asStatus(1));
      return output?.trim();
    },
    async isAncestor(ancestor, of) {
      const output = await git(['merge-base', '--is-ancestor', ancestor, of]).catch(asStatus(1));
      return output !== undefined;
    },
    async setRef(ref, to) {
      await git(to === nilSha ? ['update-ref', '-d', ref] : ['update-ref', ref, to]);
    },
    async checkName(name) {
      if (name === '') throw badRequest('The name has to be provided.');
      const output = await git(['check-ref-format', `refs/heads/${name}`]).catch(asStatus(1));
      if (output === undefined || name.startsWith('-')) {
        throw new Refusal(400, `reference name "${name}" is invalid`);
      }
    },
  };
  return repository;
}
