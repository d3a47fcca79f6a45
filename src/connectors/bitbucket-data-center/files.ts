import { z } from 'zod';
import type { CommitInfo, FileChange, RepositoryInfo } from '../../kit/dev-info.ts';
import { type BitbucketApi, encodePath, read } from './api.ts';

/** Jira shows ten files of a commit; more need not be carried. */
const mostFiles = 10;
/** So many are counted. */
const mostCounted = 500;

const changeList = z.object({
  values: z.array(z.object({ type: z.string(), path: z.object({ toString: z.string() }) })),
});

const changes: Record<string, FileChange['change']> = {
  ADD: 'ADDED',
  COPY: 'COPIED',
  DELETE: 'DELETED',
  MODIFY: 'MODIFIED',
  MOVE: 'MOVED',
};

/** The files of one commit, without their lines, which Bitbucket counts nowhere: one request. */
export async function listFiles(
  { http, repository: path, page }: BitbucketApi,
  repository: RepositoryInfo,
  id: string,
): Promise<Pick<CommitInfo, 'files' | 'fileCount'>> {
  const url = path(repository.name, `/commits/${encodeURIComponent(id)}/changes`, { limit: mostCounted });
  const answer = await http.request({ method: 'GET', url, accept: [404] });
  if (answer.status === 404) return { files: [], fileCount: 0 };
  const { values } = read(answer, changeList);
  const files = values.slice(0, mostFiles).map(
    ({ type, path: { toString: name } }): FileChange => ({
      path: name,
      url: page(repository.name, `/browse/${encodePath(name)}?at=${id}`),
      change: changes[type] ?? 'UNKNOWN',
    }),
  );
  return { files, fileCount: values.length };
}
