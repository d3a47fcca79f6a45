import type { BranchInfo, CommitInfo } from '../../../kit/dev-info.ts';
import type { Remembered } from './memory.ts';

/** A commit never changes, but hosts tell its files in some places only: what was told once is not lost again. */
export function fullerOf({ kind, content }: Remembered, before: Remembered | undefined): unknown {
  if (before === undefined) return content;
  if (kind === 'commit') return fullerCommit(content as CommitInfo, before.content as CommitInfo);
  if (kind !== 'branch') return content;
  const [branch, known] = [content as BranchInfo, before.content as BranchInfo];
  if (branch.head.sha !== known.head.sha) return content;
  return { ...branch, head: fullerCommit(branch.head, known.head) };
}

const fullerCommit = (commit: CommitInfo, known: CommitInfo): CommitInfo =>
  filesTold(known) > filesTold(commit) ? known : commit;

/** None, by name, or with the lines of each. */
function filesTold({ files }: CommitInfo): 0 | 1 | 2 {
  if (files.length === 0) return 0;
  return files.some(({ linesAdded }) => linesAdded !== undefined) ? 2 : 1;
}
