// Pushes as Harness Code words them, of about 10 KB each, made up by the benchmark of webhooks.
import { createHmac, randomBytes } from 'node:crypto';
import type { Pool } from 'undici';

/** A branch as the benchmark pushes to it; its heads follow each other. */
export interface Branch {
  repository: { id: number; path: string };
  name: string;
  head: string;
}

const filler = 'words of a commit message '.repeat(360);

/** The next push to a branch, with one commit. */
export function push(
  branch: Branch,
  key: string,
  sha = randomBytes(20).toString('hex'),
): { body: Buffer; sha: string } {
  const commit = {
    sha,
    message: `${key} ${filler}`,
    author: { identity: { name: 'Ada', email: 'ada@example.com' }, when: new Date().toISOString() },
    added: [],
    removed: [],
    modified: ['README.md'],
  };
  const { repository, name, head } = branch;
  const repo = { ...repository, identifier: repository.path.split('/').pop(), default_branch: 'main' };
  branch.head = sha;
  const body = Buffer.from(
    `${JSON.stringify({
      trigger: 'branch_updated',
      repo,
      ref: { name: `refs/heads/${name}`, repo },
      sha,
      old_sha: head,
      forced: false,
      head_commit: commit,
      commits: [commit],
      total_commits_count: 1,
    })}\n`,
  );
  return { body, sha };
}

/** The headers of a webhook, signed. */
export const headersOf = (body: Buffer, secret: string) => ({
  'content-type': 'application/json',
  'x-gitness-trigger': 'branch_updated',
  'x-gitness-signature': createHmac('sha256', secret).update(body).digest('hex'),
});

/** Where webhooks go, and what they are signed with. */
export interface HookAddress {
  path: string;
  secret: string;
}

/** Sends a webhook; the answer is the id of its delivery. */
export async function sendHook(pool: Pool, { path, secret }: HookAddress, body: Buffer): Promise<string> {
  const answer = await pool.request({ method: 'POST', path, headers: headersOf(body, secret), body });
  const said = (await answer.body.json()) as { delivery: string };
  if (answer.statusCode !== 200)
    throw new Error(`a webhook was answered ${answer.statusCode}: ${JSON.stringify(said)}`);
  return said.delivery;
}
