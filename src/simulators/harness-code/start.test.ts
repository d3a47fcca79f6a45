import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callerOf } from './fixtures/api-client.ts';
import { describeAsText, describeHarnessCode, parseSeedText, startHarnessCodeSimulator } from './index.ts';

describe('a seed', () => {
  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['no account', '{"accounts":[]}', 'accounts'],
    ['an unknown field', '{"accounts":[],"people":[]}', 'people'],
    [
      'the same token twice',
      JSON.stringify({
        accounts: ['a', 'b'].map((uid) => ({ uid, displayName: uid, email: `${uid}@x.example`, token: 't' })),
      }),
      'same token',
    ],
  ])('with %s is refused by name', (_, text, complaint) => {
    expect(() => parseSeedText(text, 'The seed file')).toThrow(complaint);
  });
});

it('fills a repository with a long history at once', async () => {
  const code = await startHarnessCodeSimulator();
  try {
    const repository = 'acme/shop/web/payments';
    await code.fill({ repository, branches: 20, pullRequests: 50, commits: 500 });
    const call = callerOf(code);
    const repo = `/repos/${encodeURIComponent(repository)}`;
    const { json } = await call('GET', `${repo}/summary`);
    expect(json).toMatchObject({ branch_count: 20, default_branch_commit_count: 300 });
    const { open_count: open, merged_count: merged, closed_count: closed } = json.pull_req_summary;
    expect([open, merged + closed]).toEqual([19, 31]);
    const pulls = await call('GET', `${repo}/pullreq?state=open&limit=1`);
    const [pull] = pulls.json;
    expect(pull).toMatchObject({ number: 50, title: 'MYT-50 Change number 50', stats: { commits: 4 } });
    const commits = (await call('GET', `${repo}/pullreq/50/commits`)).json;
    expect(commits).toHaveLength(4);
    expect(commits[0].sha).toBe(pull.source_sha);
    expect((await call('GET', `${repo}/branches/${pull.source_branch}`)).json.sha).toBe(pull.source_sha);
    const sha = await code.people.commit({
      repository,
      branch: pull.source_branch,
      message: 'More',
      files: { a: 'a' },
    });
    expect((await call('GET', `${repo}/pullreq/50`)).json).toMatchObject({
      source_sha: sha,
      stats: { commits: 5 },
    });
  } finally {
    await code.close();
  }
});

it('tells everything that a client needs, and leaves nothing behind', async () => {
  const code = await startHarnessCodeSimulator();
  const folder = code.folderOf('acme/shop/web/storefront');
  expect(existsSync(folder)).toBe(true);
  const text = describeAsText(describeHarnessCode(code));
  for (const words of [code.apiUrl, 'pat.simulated.ada', 'acme/shop/web/storefront', '_simulator/faults']) {
    expect(text).toContain(words);
  }
  await code.close();
  expect(existsSync(folder)).toBe(false);
});
