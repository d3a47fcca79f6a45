// The least that can be said to read a repository of Harness Code: the same pages as the hub, as many at once, kept
// nowhere. Prints how long it took, and what is there by the host's word.
import { Pool } from 'undici';

const { HOST_URL = '', HOST_TOKEN = '', REPOSITORY = '' } = process.env;
const root = `/api/v1/repos/${encodeURIComponent(REPOSITORY)}`;
const pool = new Pool(HOST_URL, { connections: 64 });
let requests = 0;

async function read<T>(path: string): Promise<{ body: T; next: string | undefined }> {
  requests += 1;
  const answer = await pool.request({
    method: 'GET',
    path: `${root}${path}`,
    headers: { authorization: `Bearer ${HOST_TOKEN}` },
  });
  const body = (await answer.body.json()) as T;
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${JSON.stringify(body)}`);
  const next = answer.headers['x-next-page'];
  return { body, next: next === undefined || next === '' ? undefined : String(next) };
}

async function* pages<T>(path: string): AsyncGenerator<T> {
  let page: string | undefined = '1';
  while (page !== undefined) {
    const found: { body: T; next: string | undefined } = await read<T>(`${path}page=${page}&limit=100`);
    yield found.body;
    page = found.next;
  }
}

interface Commit {
  sha: string;
  message: string;
}
interface PullRequest {
  number: number;
  title: string;
  state: string;
  source_sha: string;
  merge_base_sha: string;
}

const branches: [name: string, sha: string][] = [];
const pullRequests: PullRequest[] = [];
const commits = new Map<string, string>();

const begun = performance.now();
for await (const page of pages<{ name: string; commit: Commit }[]>(
  '/branches?include_commit=true&sort=date&order=desc&',
)) {
  for (const { name, commit } of page) branches.push([name, commit.sha]);
}
for await (const page of pages<{ commits: Commit[] }>('/commits?git_ref=main&include_stats=true&')) {
  for (const { sha, message } of page.commits) commits.set(sha, message);
}
for await (const page of pages<PullRequest[]>(
  '/pullreq?state=open&state=closed&state=merged&sort=updated&order=desc&',
)) {
  for (let from = 0; from < page.length; from += 8) {
    const some = page.slice(from, from + 8);
    await Promise.all(
      some.flatMap(({ number, source_sha: head, merge_base_sha: base }) => [
        read(`/pullreq/${number}/reviewers`),
        read<{ commits: Commit[] }>(
          `/commits?git_ref=${head}&after=${base}&include_stats=true&page=1&limit=100`,
        ).then(({ body }) => {
          for (const { sha, message } of body.commits) commits.set(sha, message);
        }),
      ]),
    );
  }
  pullRequests.push(...page);
}
const tookMs = performance.now() - begun;
await pool.close();
console.log(
  JSON.stringify({
    tookMs,
    requests,
    branches,
    pullRequests: pullRequests.map(({ number, title, state }) => [number, title, state]),
    commits: [...commits],
  }),
);
