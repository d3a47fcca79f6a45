import { afterEach, describe, expect, it } from 'vitest';
import type { ActionContext } from '../../../kit/action.ts';
import type { JiraSettings } from '../settings.ts';
import { editions, outputOf, requestsSince, type SimulatedSite } from './fixtures/editions.ts';
import { runContext } from './fixtures/run-context.ts';
import { updateIssueAction, updateIssueInput } from './update-issue.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Given = Parameters<typeof updateIssueInput.parse>[0];

async function open(start: () => Promise<SimulatedSite>, user = 'dana') {
  const site = await start();
  closing.push(site.close);
  const connection = await site.connect(user);
  return {
    site,
    context: (changes?: Partial<ActionContext<JiraSettings>>) => runContext(connection, changes),
    run: async (given: Given, context = runContext(connection)) =>
      outputOf(await updateIssueAction.run(updateIssueInput.parse(given), context)),
  };
}

const writes = (requests: string[]) => requests.filter((one) => !one.startsWith('GET'));

describe.each(editions)('changing an issue of %s', (_edition, start) => {
  it('tells every value that is wrong at once, and changes nothing', async () => {
    const { site, run } = await open(start);
    const before = site.state.requests.length;
    const fields = [
      { name: 'Priority', value: 'Urgent' },
      { name: 'Summary', value: 'Move the cache' },
      { name: 'Due date', value: '2026-02-30' },
      { name: 'Assignee', value: 'nobody@acme.example' },
    ];
    const changing = run({ issues: ['MYT-3'], fields });
    await expect(changing).rejects.toMatchObject({
      code: 'field-value-invalid',
      message: expect.stringMatching(
        /Priority: .*"Urgent".*Due date: .*"2026-02-30".*Assignee: .*nobody@acme/s,
      ),
      hint: expect.stringContaining('Due date: Write it like 2026-03-25.'),
      fields: [{ path: 'Priority' }, { path: 'Due date' }, { path: 'Assignee' }],
    });
    expect(writes(requestsSince(site.state, before))).toEqual([]);
  });

  it('sets its fields, comments, then moves it', async () => {
    const { site, run } = await open(start);
    const before = site.state.requests.length;
    const output = await run({
      issues: ['myt-3'],
      fields: [
        { name: 'Summary', value: 'Move the cache' },
        { name: 'Labels', value: ['cache', 'cluster'] },
      ],
      comment: { text: '- one\n- two' },
      transitionTo: { status: 'in progress', transitionName: '' },
    });
    expect(output).toMatchObject({ key: 'MYT-3', Summary: 'Move the cache', Status: 'In Progress' });
    expect(writes(requestsSince(site.state, before))).toEqual([
      'PUT /issue/MYT-3',
      'POST /issue/MYT-3/comment',
      'POST /issue/MYT-3/transitions',
    ]);
  });

  it('writes nothing when no transition leads there, and tells those that exist', async () => {
    const { site, run } = await open(start);
    const before = site.state.requests.length;
    const given = { issues: ['OPS-2'], fields: [{ name: 'Summary', value: 'x' }] };
    await expect(run({ ...given, transitionTo: { status: 'Done' } })).rejects.toMatchObject({
      code: 'transition-unavailable',
      message: 'OPS-2 has the status "To Do", from which the account has no transition to "Done"',
      hint: 'There are: "Ask for approval" to "Waiting for approval".',
    });
    await expect(
      run({ ...given, transitionTo: { status: 'Approved', transitionName: 'Ask for approval' } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('"Ask for approval" to "Approved"') });
    expect(writes(requestsSince(site.state, before))).toEqual([]);
  });

  it('says so when it has the status already', async () => {
    const { site, run, context } = await open(start);
    const before = site.state.requests.length;
    const running = context();
    await run({ issues: ['MYT-5'], transitionTo: { status: 'done' } }, running);
    expect(running.said).toEqual(['MYT-5 has the status "Done" already']);
    expect(writes(requestsSince(site.state, before))).toEqual([]);
  });

  it('names what the screen of a transition demands, and sends what is given for it', async () => {
    const { site, run, context } = await open(start);
    const before = site.state.requests.length;
    await expect(run({ issues: ['OPS-1'], transitionTo: { status: 'Done' } })).rejects.toMatchObject({
      code: 'fields-missing',
      message: 'The transition "Resolve" of OPS-1 demands fields that are not given: Resolution',
      hint: expect.stringContaining('Resolution may be '),
    });
    expect(writes(requestsSince(site.state, before))).toEqual([]);
    const output = await run({
      issues: ['OPS-1'],
      fields: [
        { name: 'Resolution', value: 'done' },
        { name: 'Summary', value: 'Checkout answers quickly' },
      ],
      transitionTo: { status: 'Done' },
    });
    expect(output).toMatchObject({ Status: 'Done', Resolution: 'Done', Summary: 'Checkout answers quickly' });
    // Once it is there, there is no screen: what the issue has need not be set.
    const there = context();
    const again = (field: string, value: string) =>
      run({ issues: ['OPS-1'], transitionTo: { status: 'Done' }, fields: [{ name: field, value }] }, there);
    await again('Resolution', 'done');
    expect(there.said.at(-1)).toBe('OPS-1 has it already: Resolution');
    await expect(again('Resolution', 'Duplicate')).rejects.toMatchObject({ code: 'field-unknown' });
    await expect(again('Revolution', 'done')).rejects.toMatchObject({ code: 'field-unknown' });
  });

  it('adds and removes labels, and changes the type', async () => {
    const { run } = await open(start);
    const output = await run({
      issues: ['MYT-2'],
      labels: { add: ['paid'], remove: ['regression'] },
      issueType: 'story',
    });
    expect(output).toMatchObject({ 'Issue Type': 'Story', Labels: ['checkout', 'paid'] });
    await expect(
      run({ issues: ['MYT-2'], labels: { add: ['a'] }, fields: [{ name: 'Labels', value: 'b' }] }),
    ).rejects.toMatchObject({ code: 'request-invalid' });
  });

  it('clears a field', async () => {
    const { run } = await open(start);
    await run({ issues: ['MYT-1'], fields: [{ name: 'Customer', value: 'Acme' }] });
    const output = await run({
      issues: ['MYT-1'],
      fields: [
        { name: 'Customer', value: null },
        { name: 'Labels', value: '' },
        { name: 'Description', value: '' },
      ],
    });
    expect(output).toMatchObject({ Customer: null, Labels: [], Description: null });
  });

  it('changes several, each by itself, and tells which it did not', async () => {
    const { site, run } = await open(start);
    const given = { issues: ['MYT-1', 'MYT-999', 'MYT-4'], comment: { text: 'released' } };
    await expect(run(given)).rejects.toMatchObject({
      code: 'resource-not-found',
      message: expect.stringMatching(
        /^2 of 3 issues were changed: MYT-1, MYT-4\. .*Jira shows the account no issue MYT-999$/,
      ),
      retry: 'never',
    });
    const output = await run({ ...given, issues: ['MYT-1', 'MYT-4', 'MYT-1'] });
    expect(output).toMatchObject({ key: 'MYT-1', issues: [{ key: 'MYT-1' }, { key: 'MYT-4' }] });
    expect(site.state.findIssue('MYT-4')?.activity.comments).toHaveLength(2);
  });

  it('does nothing twice when it is tried again', async () => {
    const { site, run, context } = await open(start, 'admin');
    const given = {
      issues: ['MYT-1', 'MYT-2'],
      comment: { text: 'Released as **1.2**\n\n```sh\nrun\n```' },
      transitionTo: { transitionName: 'Done' },
      links: [{ type: 'relates to', issue: 'MYT-5' }],
      attachments: [{ name: 'log.txt', text: 'all well' }],
      watchers: ['Dana Developer'],
    };
    const last = { method: 'POST', path: '/issue/MYT-2/attachments' };
    site.faults.add({ match: last, times: 1, answer: 'apply-then-drop' });
    await expect(run(given)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^1 of 2 issues were changed: MYT-1\. MYT-2 was not given the attachment/,
      ),
      retry: 'soon',
    });
    await run(given, context({ attempt: 2 }));
    for (const key of given.issues) {
      const issue = site.state.findIssue(key);
      expect(issue?.activity.comments).toHaveLength(1);
      expect(issue?.activity.attachments).toHaveLength(1);
      expect(issue?.activity.history.flatMap(({ items }) => items.map(({ field }) => field))).toEqual(
        expect.arrayContaining(['status', 'Attachment']),
      );
    }
    const done = site.state.findIssue('MYT-1')?.activity.history.flatMap(({ items }) => items);
    expect(done?.filter(({ field }) => field === 'status')).toHaveLength(1);
  });

  it('stops at a Jira that refuses the account, and says what was not tried', async () => {
    const { site, run } = await open(start);
    site.faults.add({ match: { method: 'POST', path: '/MYT-2/comment' }, answer: { status: 503 } });
    const given = { issues: ['MYT-1', 'MYT-2', 'MYT-3'], comment: { text: 'x' } };
    await expect(run(given)).rejects.toMatchObject({
      message: expect.stringMatching(/^1 of 3 .*MYT-1\. MYT-2 .*\. Not tried: MYT-3$/s),
    });
  });

  it('waits where Jira wants rest, and does what is left', async () => {
    const { site, run, context } = await open(start);
    site.faults.rateLimit('jira-per-issue-on-write', {
      match: { path: '/comment' },
      times: 1,
      retryAfterSeconds: 1,
    });
    const running = context();
    await run({ issues: ['MYT-1'], comment: { text: 'patience' } }, running);
    expect(running.said[0]).toMatch(/^Jira wants \d s of rest$/);
    expect(site.state.findIssue('MYT-1')?.activity.comments).toHaveLength(1);
  });

  it('does not take a missing permission to link for wrong credentials', async () => {
    const { site, run } = await open(start);
    site.faults.refusePermission('LINK_ISSUES');
    await expect(
      run({ issues: ['MYT-1'], links: [{ type: 'blocks', issue: 'MYT-2' }] }),
    ).rejects.toMatchObject({
      code: 'remote-forbidden',
      message: 'MYT-1 was not given the link "blocks MYT-2": The account lacks the permission Link Issues',
      retry: 'never',
    });
  });

  it('refuses a comment for a group that is not there in Jira’s words', async () => {
    const { run } = await open(start);
    const comment = { text: 'x', visibility: { type: 'group' as const, value: 'aliens' } };
    await expect(run({ issues: ['MYT-1'], comment })).rejects.toMatchObject({
      code: 'jira-rejected',
      message: expect.stringContaining('aliens does not exist'),
    });
  });
});
