import { z } from 'zod';
import type { RepositoryInfo } from '../../kit/dev-info.ts';
import { asTielineError } from '../../kit/errors.ts';
import { type HarnessApi, type Paging, pageSize, pagingOf, read, readAll } from './api.ts';
import { commit, type WireCommit, type WirePullRequest } from './wire.ts';

/** A push of more commits than this shows its newest; Jira would be told of nothing that anybody reads. */
export const mostCommits = 1_000;

/** Of commits with their files. One that brings in a library alone can name a hundred thousand, of which Jira shows ten. */
const mostBytes = 2 * 1024 * 1024;

const commitList = z.object({ commits: z.array(commit), total_commits: z.number().nullish() });

interface Range {
  git_ref?: string;
  /** What it has is left out. */
  after?: string;
  /** Seconds since 1970. */
  since?: number;
  page: number;
  limit: number;
}

/**
 * A page of commits, newest first, with their files unless those are too many. Undefined when the host answers with one
 * of the statuses `absent`: git has them no longer, or nothing was pushed yet.
 */
export async function findCommits(
  api: HarnessApi,
  repository: RepositoryInfo,
  range: Range,
  absent: number[] = [404],
): Promise<(Paging & { commits: WireCommit[] }) | undefined> {
  const ask = (more: { include_stats?: true }, limits?: { maxAnswerBytes: number }) => {
    const url = api.repository(repository.name, '/commits', { ...range, ...more });
    return api.http.request({ method: 'GET', url, accept: absent, limits });
  };
  const answer = await ask({ include_stats: true }, { maxAnswerBytes: mostBytes }).catch(
    (thrown: unknown) => {
      if (asTielineError(thrown).code !== 'answer-too-large') throw thrown;
      return ask({});
    },
  );
  if (answer.status >= 400) return undefined;
  const { commits, total_commits: total } = read(answer, commitList);
  return { commits, next: pagingOf(answer).next, total: total ?? undefined };
}

/** Commits with their files, newest first; undefined when git has them no longer. */
export async function listWithFiles(
  api: HarnessApi,
  repository: RepositoryInfo,
  range: Required<Pick<Range, 'git_ref'>> & Pick<Range, 'after'>,
  most: number,
): Promise<WireCommit[] | undefined> {
  const found: WireCommit[] = [];
  const limit = Math.min(pageSize, most);
  for (let page = 1; found.length < most; page += 1) {
    // 400: one end of the range is no commit of git's any more.
    const listed = await findCommits(api, repository, { ...range, page, limit }, [400, 404]);
    if (listed === undefined) return undefined;
    found.push(...listed.commits);
    if (listed.commits.length < limit) break;
  }
  return found.slice(0, most);
}

/** The commits of a pull request, with their files as long as git has them; as many as are worth showing. */
export async function listPullRequestCommits(
  api: HarnessApi,
  repository: RepositoryInfo,
  { number, source_sha: head, merge_base_sha: base }: WirePullRequest,
): Promise<WireCommit[]> {
  // Its own list of commits tells nothing of their files.
  const withFiles =
    head != null && base != null
      ? await listWithFiles(api, repository, { git_ref: head, after: base }, mostCommits)
      : undefined;
  return withFiles ?? listOwn(api, repository, number);
}

/** The same by the pull request's list; none when git has them no longer. */
async function listOwn(api: HarnessApi, repository: RepositoryInfo, number: number): Promise<WireCommit[]> {
  const urlOf = (page: number) =>
    api.repository(repository.name, `/pullreq/${number}/commits`, { page, limit: pageSize });
  const found: WireCommit[] = [];
  try {
    for await (const one of readAll(api, urlOf, commit)) {
      found.push(one);
      if (found.length === mostCommits) break;
    }
  } catch (thrown) {
    if (asTielineError(thrown).details.status !== 404) throw thrown;
  }
  return found;
}
