/** Who made a commit, and when; `when` as RFC 3339 in the zone of the one who made it, as git keeps it. */
export interface Signature {
  name: string;
  email: string;
  when: string;
}

/** What a commit did to a file. `status` in the words of the diff API. */
export interface FileChange {
  status: 'ADDED' | 'MODIFIED' | 'DELETED' | 'RENAMED' | 'COPIED';
  path: string;
  oldPath: string;
  sha: string;
  oldSha: string;
  insertions: number;
  deletions: number;
  isBinary: boolean;
}

/** A commit as git tells of it. */
export interface Commit {
  sha: string;
  parents: string[];
  /** The first paragraph, on one line. */
  title: string;
  message: string;
  author: Signature;
  committer: Signature;
}

const fields = ['%H', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%s', '%B'];

/** For `git log -z`: each commit is its fields, each ended by NUL. */
export const commitFormat = `--format=${fields.join('%x00')}`;

/** Git writes +00:00, Go writes Z. */
const goTime = (time: string) => time.replace(/\+00:00$/, 'Z');

/** Reads what `git log -z` wrote in {@link commitFormat}. */
export function readCommits(output: string): Commit[] {
  const parts = output.split('\0');
  const commits: Commit[] = [];
  for (let at = 0; at + fields.length <= parts.length; at += fields.length) {
    const [
      sha = '',
      parents = '',
      an = '',
      ae = '',
      aI = '',
      cn = '',
      ce = '',
      cI = '',
      title = '',
      body = '',
    ] = parts.slice(at, at + fields.length);
    commits.push({
      sha,
      parents: parents === '' ? [] : parents.split(' '),
      title,
      message: body.trimEnd(),
      author: { name: an, email: ae, when: goTime(aI) },
      committer: { name: cn, email: ce, when: goTime(cI) },
    });
  }
  return commits;
}

const statuses: Record<string, FileChange['status']> = {
  A: 'ADDED',
  M: 'MODIFIED',
  T: 'MODIFIED',
  D: 'DELETED',
  R: 'RENAMED',
  C: 'COPIED',
};

/**
 * Reads what `git diff-tree --raw --numstat -z` wrote: for each commit its id (absent in a plain diff), then the raw
 * lines, then the counts in the same order. A rename has two paths in either part.
 */
export function readChanges(output: string): Map<string, FileChange[]> {
  const parts = output.split('\0');
  const found = new Map<string, FileChange[]>();
  let changes: FileChange[] = [];
  let counted = 0;
  found.set('', changes);
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? '';
    if (part.startsWith(':')) {
      const [, , oldSha = '', sha = '', letter = ''] = part.slice(1).split(' ');
      const status = statuses[letter.charAt(0)] ?? 'MODIFIED';
      const oldPath = parts[++at] ?? '';
      const path = status === 'RENAMED' || status === 'COPIED' ? (parts[++at] ?? '') : oldPath;
      changes.push({ status, path, oldPath, sha, oldSha, insertions: 0, deletions: 0, isBinary: false });
      continue;
    }
    const count = /^(\d+|-)\t(\d+|-)\t/.exec(part);
    if (count !== null) {
      const change = changes[counted++];
      // Of a rename the counts come with an empty path, then both paths.
      if (part.length === count[0].length) at += 2;
      if (change === undefined) continue;
      change.isBinary = count[1] === '-';
      change.insertions = change.isBinary ? 0 : Number(count[1]);
      change.deletions = change.isBinary ? 0 : Number(count[2]);
      continue;
    }
    if (/^[0-9a-f]{40}$/.test(part)) {
      changes = [];
      counted = 0;
      found.set(part, changes);
    }
  }
  return found;
}
