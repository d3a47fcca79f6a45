import { afterEach, describe, expect, it } from 'vitest';
import type { ActionContext, ActionResult, Wait } from '../../../../kit/action.ts';
import type { SeenIssue } from '../../../../kit/jira-issues.ts';
import { createJiraClient } from '../../client.ts';
import type { JiraSettings } from '../../settings.ts';
import { editions, type SimulatedSite } from '../fixtures/editions.ts';
import { runContext } from '../fixtures/run-context.ts';
import { waitForApproval, waitForApprovalInput } from './wait-for-approval.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const isDone = {
  type: 'key-values',
  conditions: [{ key: 'Status', operator: 'equals', value: 'Done' }],
};
const isBack = { type: 'jexl', expression: '<+issue.Status> == "To Do"' };

/** Waits for MYT-1, which is in progress; Dana works on it. */
async function stage(start: () => Promise<SimulatedSite>) {
  const site = await start();
  closing.push(site.close);
  const connection = await site.connect('service');
  const { issues, metadata } = createJiraClient(await site.connect('dana'));
  const reader = createJiraClient(connection).issues;
  const inputOf = (more: object) => waitForApprovalInput.parse({ issue: 'MYT-1', approve: isDone, ...more });
  const look = async ({ issueId, fields }: Wait) => (await reader.look({ ids: [issueId], fields })).issues;
  return {
    site,
    look,
    async run(more: object = {}, changes: Partial<ActionContext<JiraSettings>> = {}) {
      const context = runContext(connection, changes);
      return { result: await waitForApproval.run(inputOf(more), context), said: context.said };
    },
    /** As the poll of the hub does: by search. */
    async resume(
      waited: Wait,
      more: object = {},
      changes: Partial<ActionContext<JiraSettings>> = {},
      given?: SeenIssue,
    ) {
      const context = runContext(connection, changes);
      const [seen = given] = given === undefined ? await look(waited) : [];
      if (seen === undefined) throw new Error('the issue is gone');
      const result = await waitForApproval.resume?.(inputOf(more), waited, seen, context);
      if (result === undefined) throw new Error('the action cannot resume');
      return { result, said: context.said };
    },
    async move(key: string, to: string) {
      const found = (await metadata.transitions(key)).find(({ toStatus }) => toStatus.name === to);
      await issues.transition(key, found?.id ?? '');
    },
  };
}

function waitOf(result: ActionResult): Wait {
  if (result.state === 'waiting') return result.wait;
  throw new Error(`it is ${result.state}`);
}

describe.each(editions)('an approval in %s', (_edition, start) => {
  it('waits, reads what it needs and nothing else, and tells who approved', async () => {
    const { run, resume, move, site } = await stage(start);
    const { result, said } = await run({ reject: isBack, project: 'MYT', issueType: 'Story' });
    const wait = waitOf(result);
    expect(wait).toMatchObject({
      issueKey: 'MYT-1',
      issueId: site.state.findIssue('MYT-1')?.id,
      everyMs: 60_000,
      fields: ['project', 'issuetype', 'status'],
    });
    expect(result.output).toMatchObject({
      issue: {
        key: 'MYT-1',
        status: 'In Progress',
        issueType: 'Story',
        url: expect.stringMatching(/MYT-1$/),
      },
    });
    expect(said.at(-1)).toBe('MYT-1 is neither approved nor rejected: Status is "In Progress"');
    // A wait is stored as JSON.
    const stored: Wait = JSON.parse(JSON.stringify(wait));
    expect(waitOf((await resume(stored, { reject: isBack })).result)).toEqual(stored);
    await move('MYT-1', 'Done');
    const decided = await resume(stored, { reject: isBack });
    expect(decided.result).toMatchObject({
      state: 'done',
      output: {
        issue: { key: 'MYT-1', status: 'Done' },
        decided: 'approved',
        by: 'Dana Developer',
        at: expect.stringMatching(/^20\d\d-/),
        field: 'Status',
        from: 'In Progress',
        to: 'Done',
      },
    });
    expect(decided.said.at(-1)).toMatch(
      /^MYT-1 was approved by Dana Developer, who changed Status from "In Progress"/,
    );
  });

  it('says which fields nothing can be learnt of', async () => {
    const { run } = await stage(start);
    const is = (key: string) => ({ key, operator: 'equals', value: 'Done' });
    const asked = {
      approve: { type: 'key-values', conditions: [is('Stauts'), is('Assignee')] },
      reject: {
        type: 'jexl',
        expression: '<+issue.Summary> == "no" || <+issue."Issue Type"> == <+issue.key>',
      },
    };
    const { said } = await run(asked);
    expect(said.filter((line) => line.includes('counts as empty'))).toEqual([
      expect.stringMatching(/^MYT-1 has no field "Stauts", .* there are: Status, /),
      'The field "Assignee" is of a kind that cannot be compared, and counts as empty',
    ]);
  });

  it('is rejected, and not failed', async () => {
    const { run, resume, move } = await stage(start);
    const wait = waitOf((await run({ reject: isBack })).result);
    await move('MYT-1', 'To Do');
    expect((await resume(wait, { reject: isBack })).result).toMatchObject({
      state: 'rejected',
      reason: expect.stringMatching(/^MYT-1 was rejected by Dana Developer/),
      output: { decided: 'rejected', by: 'Dana Developer' },
    });
  });

  it('is given at once when the issue is approved already; approval counts before rejection', async () => {
    const { run } = await stage(start);
    const always = { type: 'jexl', expression: 'true' };
    expect((await run({ approve: always, reject: always })).result).toMatchObject({
      state: 'done',
      output: { decided: 'approved' },
    });
  });

  it('goes by what the issue says when search is behind', async () => {
    const { run, resume, look, move } = await stage(start);
    const wait = waitOf((await run()).result);
    await move('MYT-1', 'Done');
    const [late] = await look(wait);
    await move('MYT-1', 'In Progress');
    expect(late).toMatchObject({ fields: { status: { name: 'Done' } } });
    expect((await resume(wait, {}, {}, late)).result.state).toBe('waiting');
  });

  it('fails for an issue that is not there, of another project, or of another type', async () => {
    const { run } = await stage(start);
    await expect(run({ issue: 'MYT-999' })).rejects.toMatchObject({
      code: 'resource-not-found',
      message: expect.stringContaining('MYT-999'),
      retry: 'never',
    });
    await expect(run({ project: 'OPS' })).rejects.toMatchObject({
      code: 'approval-issue-unfit',
      message: 'MYT-1 has the project "MYT", and "OPS" was expected',
    });
    await expect(run({ issueType: 'story' })).rejects.toMatchObject({ code: 'approval-issue-unfit' });
  });

  it('fails for criteria that no look could answer', async () => {
    const { run } = await stage(start);
    const onLabels = { type: 'key-values', conditions: [{ key: 'Labels', operator: 'in', value: 'ok' }] };
    await expect(run({ approve: onLabels })).rejects.toMatchObject({ code: 'approval-criteria-invalid' });
    await expect(run({ approve: { type: 'key-values', conditions: [] } })).rejects.toMatchObject({
      message: 'The approval criteria have no condition',
    });
    const empty = { type: 'key-values', conditions: [] };
    expect((await run({ reject: empty })).result.state).toBe('waiting');
  });

  it('reads every field when it cannot know which ones it needs', async () => {
    const { run, resume, move } = await stage(start);
    const odd = { approve: { type: 'jexl', expression: '<+issue>.get("Status") == "Done"' } };
    const wait = waitOf((await run(odd)).result);
    expect(wait.fields).toBeUndefined();
    await move('MYT-1', 'Done');
    expect((await resume(wait, odd)).result.state).toBe('done');
    const absent = { type: 'jexl', expression: '<+issue."Not there yet"> == "x"' };
    expect(waitOf((await run({ approve: absent })).result).fields).toBeUndefined();
  });

  it('waits until the change window opens, and takes effect then', async () => {
    const { run, resume, move } = await stage(start);
    const changeWindow = { days: ['Mon'], from: '09:00', to: '17:00', timeZone: 'UTC' };
    const on = (at: string) => ({ now: () => new Date(at) });
    await move('MYT-1', 'Done');
    const { result, said } = await run({ changeWindow }, on('2026-11-22T10:00:00Z'));
    const wait = waitOf(result);
    expect(wait.lookAt).toEqual(new Date('2026-11-23T09:00:00Z'));
    expect(said.at(-1)).toMatch(
      /was approved by Dana .* waits until the change window opens at 2026-11-23T09:00/,
    );
    expect(result.output).toMatchObject({ by: 'Dana Developer' });
    expect(result.output).not.toHaveProperty('decided');
    expect((await resume(wait, { changeWindow }, on('2026-11-23T09:00:00Z'))).result).toMatchObject({
      state: 'done',
      output: { decided: 'approved' },
    });
    await move('MYT-1', 'In Progress');
    expect(
      waitOf((await resume(wait, { changeWindow }, on('2026-11-23T09:00:00Z'))).result).lookAt,
    ).toBeUndefined();
  });

  it('waits on when it cannot be read who decided', async () => {
    const { run, resume, move, site } = await stage(start);
    const wait = waitOf((await run()).result);
    await move('MYT-1', 'Done');
    site.faults.add({ match: { method: 'GET', path: '/issue/' }, times: 1, answer: { status: 503 } });
    const later = await resume(wait);
    expect(waitOf(later.result).lookAt?.getTime()).toBeGreaterThan(Date.now());
    expect(later.said.at(-1)).toMatch(/who did it could not be read/);
    expect((await resume(wait)).result.state).toBe('done');
  });
});

it('looks no more often than every ten seconds', () => {
  const input = { issue: 'myt-1', approve: isDone };
  expect(waitForApprovalInput.parse(input)).toMatchObject({ issue: 'MYT-1', everyMs: 60_000 });
  expect(waitForApprovalInput.safeParse({ ...input, everyMs: 9_999 }).success).toBe(false);
  expect(waitForApprovalInput.safeParse({ ...input, everyMs: 10_000 }).success).toBe(true);
});
