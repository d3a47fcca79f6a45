import { afterEach, describe, expect, it } from 'vitest';
import { aTask, openCreating } from './fixtures/creating.ts';
import { editions, type SimulatedSite } from './fixtures/editions.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(start: () => Promise<SimulatedSite>, user?: string) {
  const opened = await openCreating(start, user);
  closing.push(opened.close);
  return opened;
}

describe.each(editions)('creating an issue of %s once', (_edition, start) => {
  const issuePost = { method: 'POST', path: /\/issue$/ };

  it('finds the issue whose answer was lost', async () => {
    const { site, run, issues } = await open(start);
    const before = issues();
    site.faults.add({ match: issuePost, times: 1, answer: 'apply-then-drop' });
    const { key } = await run(aTask);
    expect(issues()).toBe(before + 1);
    expect(site.state.findIssue(String(key))?.summary).toBe('Rotate the keys');
  });

  it('finds it although search does not know it for long', async () => {
    const { site, run, issues, context } = await open(start);
    const before = issues();
    site.faults.lagSearch(20 * 60_000);
    site.faults.add({ match: issuePost, times: 1, answer: 'apply-then-drop' });
    const { key } = await run(aTask);
    expect(issues()).toBe(before + 1);
    // The next step is another one: its issue is not the same.
    const other = await run(aTask, context({ key: 'run-1/step-2', attempt: 2 }));
    expect(other.key).not.toBe(key);
    expect(issues()).toBe(before + 2);
  });

  it('finds it among many that were created at the same time', async () => {
    const { site, run, issues, context } = await open(start);
    const given = { ...aTask, comment: { text: 'last' } };
    site.faults.add({ match: { path: '/comment' }, times: 1, answer: { status: 503 } });
    await expect(run(given)).rejects.toMatchObject({ retry: 'soon' });
    for (let made = 0; made < 130; made += 1) await run(aTask, context({ key: `of others ${made}` }));
    const before = issues();
    await run(given, context({ attempt: 2 }));
    expect(issues()).toBe(before);
  });

  it('lets it be tried again when Jira did nothing', async () => {
    const { site, run, issues, context } = await open(start);
    const before = issues();
    site.faults.add({ match: issuePost, times: 1, answer: 'drop-connection' });
    await expect(run(aTask)).rejects.toMatchObject({ code: 'network-failed', retry: 'soon' });
    await run(aTask, context({ attempt: 2 }));
    expect(issues()).toBe(before + 1);
  });

  it('goes on after a crash where the earlier try ended', async () => {
    const { site, run, recover, issues, context } = await open(start);
    const before = issues();
    const given = { ...aTask, comment: { text: 'created by **us**' } };
    expect(await recover(given, context())).toBe('not-done');
    site.faults.add({ match: { method: 'POST', path: '/comment' }, times: 1, answer: 'apply-then-drop' });
    await expect(run(given)).rejects.toMatchObject({
      message: expect.stringMatching(/^MYT-\d+ was created\. Then: MYT-\d+ was not given a comment: /),
      retry: 'soon',
    });
    const recovered = await recover(given, context());
    const again = await run(given, context({ attempt: 3 }));
    expect(issues()).toBe(before + 1);
    expect(recovered).toMatchObject({ state: 'done', output: { key: again.key } });
    expect(site.state.findIssue(String(again.key))?.activity.comments).toHaveLength(1);
  });

  it('leaves it to a person when Jira was too slow to tell', async () => {
    const { site, run, issues } = await open(start);
    const before = issues();
    site.faults.add({ match: issuePost, times: 1, answer: { status: 504 } });
    await expect(run(aTask)).rejects.toMatchObject({ code: 'issue-uncertain', retry: 'never' });
    expect(issues()).toBe(before);
  });

  it('leaves it to a person when search lags too far behind', async () => {
    const { site, run, issues, context } = await open(start);
    for (let made = 0; made < 32; made += 1) await run(aTask, context({ key: `of others ${made}` }));
    const before = issues();
    site.faults.lagSearch(20 * 60_000);
    site.faults.add({ match: issuePost, times: 1, answer: 'apply-then-drop' });
    await expect(run(aTask)).rejects.toMatchObject({ code: 'issue-uncertain' });
    expect(issues()).toBe(before + 1);
  });

  it('leaves it to a person when Jira does not answer any more', async () => {
    const { site, run } = await open(start);
    site.faults.add({ match: issuePost, times: 1, answer: 'apply-then-drop' });
    site.faults.add({ match: { path: /search/ }, answer: { status: 503 } });
    await expect(run(aTask)).rejects.toMatchObject({ code: 'issue-uncertain' });
  });
});
