import { z } from 'zod';
import type { CommitInfo, FileChange, RepositoryInfo } from '../../kit/dev-info.ts';
import { type BitbucketApi, encodePath, pageSize, read, repositoryPath } from './api.ts';

/** Jira shows ten files of a commit; more need not be carried. */
const mostFiles = 10;

/** What is not there, is none of one's, or takes Bitbucket too long (555): a commit without files is shown all the same. */
const untold = [400, 404, 555];

const file = z.object({ path: z.string() }).nullish();
const diffstat = z.object({
  size: z.number().nullish(),
  values: z.array(
    z.object({
      status: z.string(),
      lines_added: z.number().nullish(),
      lines_removed: z.number().nullish(),
      old: file,
      new: file,
    }),
  ),
});

const changes: Record<string, FileChange['change']> = {
  added: 'ADDED',
  removed: 'DELETED',
  modified: 'MODIFIED',
  renamed: 'MOVED',
};

/** The files of one commit with their lines, as far as a page tells: one request. */
export async function listFiles(
  { http }: BitbucketApi,
  repository: RepositoryInfo,
  hash: string,
): Promise<Pick<CommitInfo, 'files' | 'fileCount'>> {
  const url = repositoryPath(repository.name, `/diffstat/${encodePath(hash)}`, { pagelen: pageSize });
  const answer = await http.request({ method: 'GET', url, accept: untold });
  if (answer.status >= 400) return { files: [], fileCount: 0 };
  const { size, values } = read(answer, diffstat);
  const files = values.slice(0, mostFiles).map((one): FileChange => {
    const path = one.new?.path ?? one.old?.path ?? '';
    return {
      path,
      url: `${repository.url}/src/${hash}/${encodePath(path)}`,
      change: changes[one.status] ?? 'UNKNOWN',
      ...(one.lines_added == null ? {} : { linesAdded: one.lines_added }),
      ...(one.lines_removed == null ? {} : { linesRemoved: one.lines_removed }),
    };
  });
  return { files, fileCount: size ?? values.length };
}
