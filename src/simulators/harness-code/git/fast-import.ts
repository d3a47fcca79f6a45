import type { RunGit } from './run-git.ts';

/** Someone at a moment, as git writes it. */
export interface Stamp {
  name: string;
  email: string;
  at: Date;
}

/** A file of a commit: its new text, or null where it goes away. */
export type Files = Record<string, string | null>;

/** A commit to be made. */
export interface NewCommit {
  ref: string;
  message: string;
  author: Stamp;
  committer: Stamp;
  /** Commit ids or marks (`:1`); the first is what the files change. */
  parents: string[];
  files?: Files;
  /** A whole tree by its id, in place of files. */
  tree?: string;
}

const clean = (text: string) => text.replace(/[<>\n\0]/g, ' ').trim();
const stamp = ({ name, email, at }: Stamp) =>
  `${clean(name)} <${clean(email)}> ${Math.floor(at.getTime() / 1000)} +0000`;
const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;

function quote(path: string): string {
  const escaped = path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}

/** One commit in the language of `git fast-import`, known to later ones as `:mark`. */
export function commitCommand(mark: number, commit: NewCommit): string {
  const [from, ...merged] = commit.parents;
  const changes = Object.entries(commit.files ?? {}).map(([path, text]) =>
    text === null ? `D ${quote(path)}\n` : `M 100644 inline ${quote(path)}\n${data(text)}`,
  );
  return [
    `commit ${commit.ref}\nmark :${mark}\n`,
    `author ${stamp(commit.author)}\ncommitter ${stamp(commit.committer)}\n`,
    data(commit.message),
    from === undefined ? '' : `from ${from}\n`,
    ...merged.map((parent) => `merge ${parent}\n`),
    // The empty path is the root of the tree.
    commit.tree === undefined ? '' : `M 040000 ${commit.tree} ""\n`,
    ...changes,
    '\n',
  ].join('');
}

/** Makes commits, each on the one before, without touching a branch; gives their ids, oldest first. */
export async function makeCommits(
  git: RunGit,
  parent: string | undefined,
  commits: Omit<NewCommit, 'ref' | 'parents'>[],
  alsoParent: string[] = [],
): Promise<string[]> {
  const ref = 'refs/simulator/work';
  const commands = commits.map((commit, index) => {
    const before = index === 0 ? parent : `:${index}`;
    const parents = [...(before === undefined ? [] : [before]), ...(index === 0 ? alsoParent : [])];
    return `${commitCommand(index + 1, { ...commit, ref, parents })}get-mark :${index + 1}\n`;
  });
  const output = await git(['fast-import', '--quiet', '--force'], commands);
  return output.trim().split('\n');
}
