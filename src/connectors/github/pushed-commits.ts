import type { z } from 'zod';
import type { Touched } from '../../kit/code-host.ts';
import type { CommitInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type GitHubApi, pageSize, read, repositoryPath } from './api.ts';
import { toCommit, toPushedCommit } from './mapping.ts';
import { comparison, type push as pushBody } from './wire.ts';

/** A push of more commits than this shows its newest; Jira would be told of nothing that anybody reads. */
const mostCommits = 1_000;

/**
 * The commits of a push. A hook lists up to 2,048 with the names of their files but not which are merges: of a single
 * one its load as head tells that, several are compared with where the branch was, a request for each hundred.
 */
export async function loadPushedCommits(
  api: GitHubApi,
  repository: RepositoryInfo,
  push: Touched & { kind: 'push' },
  body: z.output<typeof pushBody> | undefined,
): Promise<CommitInfo[]> {
  const told = (body?.commits ?? []).map((one) => toPushedCommit(repository, one));
  const base = push.before ?? repository.defaultBranch;
  const isEnough = body === undefined ? push.before === undefined : told.length < 2;
  if (isEnough || base === undefined) return told;
  const compared = await compare(api, repository, `${base}...${push.after}`);
  // A force-push may have taken the commits away meanwhile.
  if (compared === undefined) return told.slice(-mostCommits);
  const files = new Map(told.map((one) => [one.sha, { files: one.files, fileCount: one.fileCount }]));
  // A new branch is compared with the default one: what others hold already is not its own.
  const own = push.before === undefined ? compared.filter(({ sha }) => files.has(sha)) : compared;
  return own.map((one) => ({ ...one, ...files.get(one.sha) }));
}

/** What the second of two commits has and the first has not, oldest first; undefined when one is not there. */
async function compare(
  api: GitHubApi,
  repository: RepositoryInfo,
  range: string,
): Promise<CommitInfo[] | undefined> {
  const get = async (page: number) => {
    const answer = await api.request({
      method: 'GET',
      url: repositoryPath(repository.name, `/compare/${encodeURIComponent(range)}`, {
        page,
        per_page: pageSize,
      }),
      accept: [404],
    });
    return answer.status === 404 ? undefined : read(answer, comparison);
  };
  const first = await get(1);
  if (first === undefined) return undefined;
  const found = [...first.commits];
  const pages = Math.ceil(first.total_commits / pageSize);
  for (let page = Math.max(2, pages - mostCommits / pageSize + 1); page <= pages; page += 1) {
    found.push(...((await get(page))?.commits ?? []));
  }
  return found.slice(-mostCommits).map((one) => toCommit(repository, one));
}
