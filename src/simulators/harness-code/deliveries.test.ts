import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Call, callerOf } from './fixtures/api-client.ts';
import { type Receiver, startReceiver } from './fixtures/receiver.ts';
import { type HarnessCodeSimulator, startHarnessCodeSimulator } from './index.ts';

const repository = 'acme/shop/web/storefront';
const ref = encodeURIComponent(repository);
const nil = '0'.repeat(40);
let code: HarnessCodeSimulator;
let call: Call;
let receiver: Receiver;

async function hook(path: string, more: object = {}) {
  const body = { identifier: 'tieline', url: receiver.url, secret: 's3cret', enabled: true, ...more };
  const { status, json } = await call('POST', `${path}/webhooks`, { body });
  expect(status).toBe(201);
  return json;
}
/** Everything sent since the last look, as `trigger` words. */
async function heard() {
  await code.delivered();
  const { received } = receiver;
  return received.splice(0, received.length);
}
const triggersOf = async () => (await heard()).map((one) => one.body.trigger);
const write = (branch: string, text: string, message = `MYT-1 ${text}`) =>
  code.people.commit({ repository, by: 'dev', branch, message, files: { 'src/checkout.ts': text } });

beforeEach(async () => {
  receiver = await startReceiver();
  code = await startHarnessCodeSimulator({ retryDelayMs: 5 });
  call = callerOf(code);
});
afterEach(async () => {
  await code.close();
  await receiver.close();
});

describe('what a webhook is told', () => {
  it('tells a branch, a push and a deleted branch, signed over the whole body', async () => {
    await hook(`/repos/${ref}`);
    const start = await code.people.createBranch({ repository, by: 'dev', name: 'feature/MYT-1' });
    const sha = await write('feature/MYT-1', 'new <total> & more');
    await code.people.deleteBranch({ repository, name: 'feature/MYT-1' });
    const [created, updated, deleted] = await heard();

    expect(created?.body).toMatchObject({
      trigger: 'branch_created',
      repo: { path: repository, identifier: 'storefront', default_branch: 'main', uid: 'storefront' },
      principal: { uid: 'dev', display_name: 'Dev Developer', email: 'dev@tieline-demo.example' },
      ref: { name: 'refs/heads/feature/MYT-1' },
      sha: start,
      old_sha: nil,
      forced: false,
      head_commit: { sha: start, added: [], removed: [], modified: [] },
    });
    expect(created?.body).not.toHaveProperty('commits');
    expect(updated?.body).toMatchObject({
      trigger: 'branch_updated',
      sha,
      old_sha: start,
      forced: false,
      total_commits_count: 1,
      commits: [{ sha, message: 'MYT-1 new <total> & more', modified: ['src/checkout.ts'], added: [] }],
    });
    expect(updated?.body.commits[0].url).toBe(`${code.url}/${repository}/commit/${sha}`);
    expect(deleted?.body).toMatchObject({ trigger: 'branch_deleted', sha: nil, old_sha: sha });
    expect(deleted?.body).not.toHaveProperty('head_commit');

    expect(updated?.text.endsWith('}\n')).toBe(true);
    expect(updated?.text).toContain('new \\u003ctotal\\u003e \\u0026 more');
    const signature = createHmac('sha256', 's3cret')
      .update(updated?.text ?? '')
      .digest('hex');
    expect(updated?.headers).toMatchObject({
      'x-gitness-trigger': 'branch_updated',
      'x-gitness-signature': signature,
      'x-gitness-webhook-parent-type': 'repo',
      'x-gitness-webhook-identifier': 'tieline',
      'x-gitness-webhook-uid': 'tieline',
      'content-type': 'application/json',
    });
    expect(updated?.headers['user-agent']).toMatch(/^Gitness\//);
    expect(updated?.rawHeaders).toContain('X-Gitness-Signature');
  });

  it('tells no more than twenty commits of a push, newest first, and how many there were', async () => {
    await hook(`/repos/${ref}`);
    const commits = Array.from({ length: 25 }, (_, index) => ({
      message: `MYT-1 part ${index}`,
      files: { [`part-${index}.txt`]: `${index}\n` },
    }));
    await code.people.push({ repository, branch: 'feature/long', commits: commits.slice(0, 1) });
    const shas = await code.people.push({ repository, branch: 'feature/long', commits });
    const [, pushed] = await heard();
    expect(pushed?.body.commits).toHaveLength(20);
    expect(pushed?.body.total_commits_count).toBe(25);
    expect(pushed?.body.commits[0]).toMatchObject({ sha: shas.at(-1), added: ['part-24.txt'] });
  });

  it('tells a rename as an addition and a removal', async () => {
    await hook(`/repos/${ref}`);
    const files = { 'src/checkout.ts': null, 'src/basket.ts': 'x'.repeat(500), 'old.txt': null };
    await code.people.commit({
      repository,
      branch: 'main',
      message: 'Add',
      files: { 'old.txt': 'x'.repeat(500) },
    });
    await code.people.commit({ repository, branch: 'main', message: 'Rename', files });
    const [, renamed] = await heard();
    expect(renamed?.body.commits[0]).toMatchObject({
      added: ['src/basket.ts'],
      removed: ['old.txt', 'src/checkout.ts'],
    });
  });

  it('tells a forced push, and nothing at all of a branch that goes back', async () => {
    await hook(`/repos/${ref}`, { triggers: ['branch_updated'] });
    await write('feature/MYT-1', 'one');
    await write('feature/MYT-1', 'two');
    const [sha] = await code.people.forcePush({
      repository,
      branch: 'feature/MYT-1',
      commits: [{ message: 'MYT-1 again', files: { 'a.txt': 'a' } }],
    });
    await code.people.forcePush({ repository, branch: 'feature/MYT-1' });
    const [, forced, ...rest] = await heard();
    expect(forced?.body).toMatchObject({ sha, forced: true, total_commits_count: 1 });
    expect(rest).toEqual([]);
  });

  it('tells the life of a pull request', async () => {
    await write('feature/MYT-1', 'one');
    await hook(`/repos/${ref}`);
    const { people } = code;
    const number = await people.openPullRequest({
      repository,
      by: 'dev',
      title: 'MYT-1 Own currency',
      description: 'Rates too',
      source: 'feature/MYT-1',
    });
    const pull = { repository, number };
    await people.editPullRequest({ ...pull, title: 'MYT-2 Own currency' });
    await people.comment({ ...pull, by: 'rene', text: 'Nice' });
    await people.review({ ...pull, by: 'rene', decision: 'changereq' });
    const sha = await write('feature/MYT-1', 'two');
    await people.close(pull);
    await people.reopen(pull);
    const head = await people.merge({ ...pull, method: 'squash', deleteSourceBranch: true });

    const told = await heard();
    expect(told.map((one) => one.body.trigger)).toEqual([
      'pullreq_created',
      'pullreq_updated',
      'pullreq_comment_created',
      'pullreq_review_submitted',
      'branch_updated',
      'pullreq_branch_updated',
      'pullreq_closed',
      'pullreq_reopened',
      'branch_updated',
      'pullreq_merged',
      'branch_deleted',
    ]);
    const [created, edited, commented, reviewed, , moved, , , main, merged] = told.map((one) => one.body);
    expect(created).toMatchObject({
      pull_req: {
        number: 1,
        state: 'open',
        is_draft: false,
        title: 'MYT-1 Own currency',
        description: 'Rates too',
        source_branch: 'feature/MYT-1',
        target_branch: 'main',
        author: { uid: 'dev' },
        pr_url: `${code.url}/${repository}/pulls/1`,
      },
      target_ref: { name: 'refs/heads/main' },
      ref: { name: 'refs/heads/feature/MYT-1' },
    });
    expect(edited).toMatchObject({
      title_changed: true,
      title_old: 'MYT-1 Own currency',
      title_new: 'MYT-2 Own currency',
      description_changed: false,
      description_old: '',
    });
    expect(edited).not.toHaveProperty('sha');
    expect(commented).toMatchObject({
      comment: { text: 'Nice', kind: 'comment' },
      principal: { uid: 'rene' },
    });
    expect(reviewed).toMatchObject({ review_decision: 'changereq', reviewer: { uid: 'rene' } });
    expect(reviewed).not.toHaveProperty('sha');
    expect(moved).toMatchObject({ sha, forced: false, total_commits_count: 1 });
    expect(main).toMatchObject({
      ref: { name: 'refs/heads/main' },
      sha: head,
      commits: [{ message: 'MYT-2 Own currency (#1)', committer: { identity: { name: 'Gitness' } } }],
    });
    expect(merged).toMatchObject({ sha, pull_req: { state: 'merged', merge_strategy: 'squash' } });
  });

  it('tells a new target, a closed pull request when its branch goes, and nothing of drafts and reviewers', async () => {
    const { people } = code;
    await people.createBranch({ repository, name: 'release' });
    await write('feature/MYT-1', 'one');
    await hook(`/repos/${ref}`);
    const source = 'feature/MYT-1';
    const number = await people.openPullRequest({ repository, title: 'MYT-1', source, draft: true });
    await people.setDraft({ repository, number, draft: false });
    await people.requestReview({ repository, number, reviewer: 'rene' });
    await people.retarget({ repository, number, target: 'release' });
    await people.deleteBranch({ repository, name: source });
    const told = await heard();
    expect(told.map((one) => one.body.trigger)).toEqual([
      'pullreq_created',
      'pullreq_target_branch_changed',
      'branch_deleted',
      'pullreq_closed',
    ]);
    expect(told[0]?.body.pull_req.is_draft).toBe(true);
    expect(told[1]?.body).toMatchObject({
      old_target_branch: 'main',
      pull_req: { target_branch: 'release', is_draft: false },
    });
  });

  it('tells tags, annotated ones by their own id', async () => {
    await hook(`/repos/${ref}`);
    const { people } = code;
    const plain = await people.tag({ repository, name: 'v1' });
    const annotated = await people.tag({ repository, name: 'v2', message: 'The second' });
    const next = await write('main', 'three');
    await people.tag({ repository, name: 'v1', force: true });
    await people.deleteTag({ repository, name: 'v2' });
    const told = (await heard()).map((one) => one.body);
    expect(told.map(({ trigger, sha }) => [trigger, sha])).toEqual([
      ['tag_created', plain],
      ['tag_created', annotated],
      ['branch_updated', next],
      ['tag_updated', next],
      ['tag_deleted', nil],
    ]);
    expect(told[1]).toMatchObject({ head_commit: { sha: plain } });
  });

  it('says nothing of a renamed, moved, archived or deleted repository', async () => {
    await hook('/spaces/acme');
    const { people } = code;
    const renamed = people.rename({ repository, identifier: 'shopfront' });
    const moved = people.move({ repository: renamed, space: 'acme/shop/platform' });
    people.archive({ repository: moved });
    await expect(people.createBranch({ repository: moved, name: 'x' })).rejects.toThrow('archived');
    people.deleteRepository({ repository: moved });
    expect(moved).toBe('acme/shop/platform/shopfront');
    expect(code.listRepositories()).not.toContain(moved);
    expect(await triggersOf()).toEqual([]);
  });
});

describe('which webhooks hear', () => {
  it('are those of the repository and of every space above it that ask for the trigger and are enabled', async () => {
    await hook('/spaces/acme', { identifier: 'account' });
    await hook(`/spaces/${encodeURIComponent('acme/shop')}`, {
      identifier: 'org',
      triggers: ['tag_created'],
    });
    await hook(`/spaces/${encodeURIComponent('acme/shop/web')}`, { identifier: 'off', enabled: false });
    await hook(`/spaces/${encodeURIComponent('acme/shop/platform')}`, { identifier: 'other' });
    await hook(`/repos/${ref}`, { identifier: 'repo', triggers: ['branch_created', 'tag_created'] });
    await code.people.createBranch({ repository, name: 'a' });
    const told = await heard();
    expect(told.map((one) => one.headers['x-gitness-webhook-identifier'])).toEqual(['account', 'repo']);
    expect(told[0]?.headers['x-gitness-webhook-parent-type']).toBe('space');
  });
});

describe('what becomes of a delivery', () => {
  const executions = async () =>
    (await call('GET', `/repos/${ref}/webhooks/tieline/executions`)).json as {
      result: string;
      error: string;
      id: number;
      response: { status_code: number; body: string };
    }[];

  it.each([
    [200, 'success', 1],
    [302, 'fatal_error', 1],
    [404, 'fatal_error', 1],
    [408, 'retriable_error', 4],
    [429, 'retriable_error', 4],
    [501, 'fatal_error', 1],
    [503, 'retriable_error', 4],
  ])('after %d it is a %s, in %d tries', async (status, result, tries) => {
    await hook(`/repos/${ref}`);
    const headers = { location: receiver.url };
    receiver.answers.push(...Array.from({ length: 4 }, () => ({ status, headers })));
    await code.people.createBranch({ repository, name: 'a' });
    expect(await heard()).toHaveLength(tries);
    const [last] = await executions();
    expect(last).toMatchObject({ result, response: { status_code: status, body: 'taken' } });
    expect((await call('GET', `/repos/${ref}/webhooks/tieline`)).json.latest_execution_result).toBe(result);
  });

  it('is fatal when nobody listens, and can be sent again by hand', async () => {
    await hook(`/repos/${ref}`, { url: 'http://127.0.0.1:1/gone' });
    await code.people.createBranch({ repository, name: 'a' });
    await code.delivered();
    const [failed] = await executions();
    expect(failed).toMatchObject({ result: 'fatal_error', error: expect.stringContaining('ECONNREFUSED') });
    await call('PATCH', `/repos/${ref}/webhooks/tieline`, { body: { url: receiver.url } });
    const again = `/repos/${ref}/webhooks/tieline/executions/${failed?.id}/retrigger`;
    const { json } = await call('POST', again);
    expect(json).toMatchObject({ retrigger_of: failed?.id, result: 'success' });
    expect(await triggersOf()).toEqual(['branch_created']);
  });

  it('may be lost, doubled, delayed or overtaken on request', async () => {
    await hook(`/repos/${ref}`);
    const branch = (name: string) => code.people.createBranch({ repository, name });
    const names = async () => (await heard()).map((one) => one.body.ref.name.slice('refs/heads/'.length));
    code.deliveryFaults.add({ times: 1, does: 'lose' });
    code.deliveryFaults.add({ times: 1, does: 'duplicate' });
    await branch('lost');
    await branch('twice');
    expect(await names()).toEqual(['twice', 'twice']);
    code.deliveryFaults.add({ times: 1, does: 'reorder', match: { trigger: 'branch_created', repository } });
    await branch('first');
    await branch('second');
    await branch('third');
    expect(await names()).toEqual(['second', 'first', 'third']);
    code.deliveryFaults.add({ times: 1, does: { delayMs: 1 } });
    await branch('late');
    expect(await names()).toEqual(['late']);
    code.deliveryFaults.add({ times: 1, does: { delayMs: 600_000 } });
    await branch('much-later');
    await branch('early');
    await vi.waitFor(() =>
      expect(receiver.received.map((one) => one.body.ref.name)).toEqual(['refs/heads/early']),
    );
  });

  it('has the extra headers of its owner, and no signature without a secret', async () => {
    const extra = [{ key: 'X-Mine', value: 'v', masked: true }];
    await hook(`/repos/${ref}`, { secret: '', extra_headers: extra });
    await code.people.createBranch({ repository, name: 'a' });
    const [told] = await heard();
    expect(told?.headers['x-mine']).toBe('v');
    expect(told?.headers).not.toHaveProperty('x-gitness-signature');
    const shown = JSON.stringify((await call('GET', `/repos/${ref}/webhooks/tieline`)).json.extra_headers);
    expect(shown).toBe('[{"key":"X-Mine","value":"***","masked":true}]');
  });
});
