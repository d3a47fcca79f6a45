import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../kit/secret.ts';
import { aTask, openCreating } from './fixtures/creating.ts';
import { editions, requestsSince, type SimulatedSite } from './fixtures/editions.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(start: () => Promise<SimulatedSite>, user?: string) {
  const opened = await openCreating(start, user);
  closing.push(opened.close);
  return opened;
}

describe.each(editions)('creating an issue of %s', (_edition, start) => {
  it('sets fields by name and by key, each as Jira takes it', async () => {
    const { run } = await open(start);
    const output = await run({
      project: 'myt',
      issueType: 'bug',
      fields: [
        { name: 'Summary', value: 'Pay twice' },
        { name: 'Description', value: 'It **happens** at the till' },
        { name: 'priority', value: 'High' },
        { name: 'Labels', value: 'till, money' },
        { name: 'Components', value: 'Checkout, "Invoices, orders"' },
        { name: 'customfield_10052', value: '2026-12-01' },
        { name: 'Severity', value: 's2' },
        { name: 'Region', value: 'Europe > France' },
        { name: 'Original Estimate', value: '2h' },
        { name: 'Assignee', value: 'dana@tieline-demo.example' },
      ],
    });
    expect(output).toMatchObject({
      Summary: 'Pay twice',
      Description: expect.stringMatching(/^It \*?happens\*? at the till$/),
      Priority: 'High',
      Labels: ['till', 'money'],
      Components: ['Checkout', 'Invoices, orders'],
      'Go-live day': '2026-12-01',
      Severity: 'S2',
      Region: 'Europe > France',
      'Original Estimate': '2h',
      Assignee: 'Dana Developer',
      Status: 'To Do',
      'Issue Type': 'Bug',
      'Project Key': 'MYT',
      'Project Name': 'My Team',
    });
    expect(output.url).toMatch(new RegExp(`/browse/${output.key}$`));
    expect(output.restUrl).toMatch(new RegExp(`/rest/api/[23]/issue/${output.id}$`));
  });

  it('makes at most three requests once Jira is known', async () => {
    const { site, run, context } = await open(start);
    const known = context();
    await run(aTask, known);
    const before = site.state.requests.length;
    await run({ ...aTask, comment: { text: 'by the pipeline' } }, { ...known, key: 'another' });
    expect(requestsSince(site.state, before)).toEqual([
      'POST /issue',
      expect.stringMatching(/^POST \/issue\/MYT-\d+\/comment$/),
      expect.stringMatching(/^GET \/issue\/\d+$/),
    ]);
  });

  it('adds a comment for some, watchers, links in both directions and files', async () => {
    const { site, run } = await open(start, 'admin');
    const { key } = await run({
      ...aTask,
      comment: { text: 'for _developers_', visibility: { type: 'role', value: 'Developers' } },
      watchers: ['dana@tieline-demo.example', 'Rita Reader'],
      links: [
        { type: 'blocks', issue: 'MYT-1' },
        { type: 'Is Blocked By', issue: 'myt-2' },
      ],
      attachments: [
        { name: 'plan "final".txt', text: 'first stop the old one' },
        { name: 'bytes.bin', content: Buffer.from([0, 255, 13, 10, 0]).toString('base64') },
      ],
    });
    const issue = site.state.findIssue(String(key));
    expect(issue?.activity.comments).toMatchObject([{ visibility: { type: 'role', value: 'Developers' } }]);
    expect(issue?.activity.watchers.size).toBe(3);
    expect(issue?.activity.attachments.map(({ content }) => [...content])).toEqual([
      [...Buffer.from('first stop the old one')],
      [0, 255, 13, 10, 0],
    ]);
    const { run: again } = await open(start, 'admin');
    expect(await again({ ...aTask, links: [{ type: 'blocks', issue: 'MYT-1' }] })).toMatchObject({
      'Linked Issues': ['MYT-1'],
    });
  });

  it('asks for the parent of a sub-task, and creates it below that', async () => {
    const { run } = await open(start);
    const subtask = { ...aTask, issueType: 'Sub-task' };
    await expect(run(subtask)).rejects.toMatchObject({
      code: 'request-invalid',
      message: 'A "Sub-task" is part of another issue, and none is given',
    });
    expect(await run({ ...subtask, parent: 'MYT-3' })).toMatchObject({ Parent: 'MYT-3' });
  });

  it('puts an issue below an epic', async () => {
    const { run } = await open(start);
    const epic = await run({
      project: 'MYT',
      issueType: 'Epic',
      fields: [
        { name: 'Summary', value: 'New keys' },
        ...(_edition === 'Jira Cloud' ? [] : [{ name: 'Epic Name', value: 'keys' }]),
      ],
    });
    const output = await run({ ...aTask, parent: String(epic.key) });
    expect(output.Parent ?? output['Epic Link']).toBe(epic.key);
  });

  it('names every field that is demanded and not given, with its values', async () => {
    const { run, issues } = await open(start);
    const before = issues();
    await expect(run({ project: 'OPS', issueType: 'Change', fields: [] })).rejects.toMatchObject({
      code: 'fields-missing',
      message: 'Creating a "Change" in OPS demands fields that are not given: Summary, Risk',
      hint: expect.stringContaining('Risk may be Low, Medium, High.'),
    });
    expect(issues()).toBe(before);
  });

  it.each([
    ['a type that is not there', { ...aTask, issueType: 'Wish' }, 'request-invalid', /no issue type "Wish"/],
    [
      'a field that is not there',
      { ...aTask, fields: [...aTask.fields, { name: 'Colour', value: 'red' }] },
      'field-unknown',
      /Colour/,
    ],
    [
      'a value that is not allowed',
      { ...aTask, fields: [...aTask.fields, { name: 'Priority', value: 'Soonish' }] },
      'field-value-invalid',
      /Priority.*Soonish/s,
    ],
    [
      'a status',
      { ...aTask, fields: [...aTask.fields, { name: 'Status', value: 'Done' }] },
      'request-invalid',
      /"Status" cannot be set as a field/,
    ],
    [
      'a link type that is not there',
      { ...aTask, links: [{ type: 'likes', issue: 'MYT-1' }] },
      'request-invalid',
      /likes/,
    ],
    [
      'a watcher whom nobody knows',
      { ...aTask, watchers: ['nobody@x.example'] },
      'jira-user-unknown',
      /nobody@x/,
    ],
  ])('creates nothing for %s', async (_what, given, code, message) => {
    const { run, issues } = await open(start);
    const before = issues();
    await expect(run(given)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(issues()).toBe(before);
  });

  it('tells in Jira’s words what it rejects, by the names of fields', async () => {
    const { run } = await open(start);
    const fields = [{ name: 'Summary', value: 'long '.repeat(80) }];
    await expect(run({ ...aTask, fields })).rejects.toMatchObject({
      code: 'jira-rejected',
      message: expect.stringMatching(/^MYT: Summary: .*255/),
      fields: [{ path: 'Summary', message: expect.stringContaining('255') }],
    });
  });

  it('asks Jira anew when what it knows of the fields is old', async () => {
    const { run, context } = await open(start);
    const known = context();
    const { kept, fresh } = known.metadata;
    const old = {
      ...kept,
      createFields: async (project: string, type: string) =>
        (await fresh.createFields(project, type)).filter(({ name }) => name !== 'Customer'),
    };
    const fields = [...aTask.fields, { name: 'Customer', value: 'Acme' }];
    const metadata = { kept: old, fresh };
    expect(await run({ ...aTask, fields }, { ...known, metadata })).toMatchObject({ Customer: 'Acme' });
  });

  it('asks Jira anew when it rejects what fitted what was known', async () => {
    const { run, context, site } = await open(start);
    const known = context();
    const { kept, fresh } = known.metadata;
    const old = {
      ...kept,
      // The option was made anew, with another id.
      createFields: async (project: string, type: string) =>
        (await fresh.createFields(project, type)).map((field) =>
          field.name === 'Severity'
            ? { ...field, allowedValues: [{ id: '99999', label: 'S1', children: [] }] }
            : field,
        ),
    };
    const before = site.state.requests.length;
    const bug = { ...aTask, issueType: 'Bug', fields: [...aTask.fields, { name: 'Severity', value: 'S1' }] };
    const output = await run(bug, { ...known, metadata: { kept: old, fresh } });
    expect(output).toMatchObject({ Severity: 'S1' });
    const posts = requestsSince(site.state, before).filter((one) => one === 'POST /issue');
    expect(posts).toHaveLength(2);
  });

  it('puts an issue into a sprint by number, and by name once another one is in it', async () => {
    const { run } = await open(start);
    const inSprint = (value: string | number) => ({
      ...aTask,
      fields: [...aTask.fields, { name: 'Sprint', value }],
    });
    await expect(run(inSprint('MYT Sprint 3'))).rejects.toMatchObject({
      code: 'field-value-invalid',
      message: 'Sprint: no issue is in a sprint "MYT Sprint 3"',
    });
    expect(await run(inSprint(3))).toMatchObject({ Sprint: ['MYT Sprint 3'] });
    expect(await run(inSprint('myt sprint 3'))).toMatchObject({ Sprint: ['MYT Sprint 3'] });
  });

  it('sends a secret in its place, and tells of it to nobody', async () => {
    const { site, run, context } = await open(start);
    const running = context();
    const output = await run(
      {
        ...aTask,
        fields: [...aTask.fields, { name: 'Customer', value: new Secret('hush-hush') }],
        comment: { text: new Secret('the door code is 1234') },
      },
      running,
    );
    const issue = site.state.findIssue(String(output.key));
    expect(issue?.values.get('customfield_10050')).toBe('hush-hush');
    expect(JSON.stringify(issue?.activity.comments[0]?.body)).toContain('the door code is 1234');
    expect(running.said.join()).not.toContain('hush');
  });

  it('goes to another status once it is there', async () => {
    const { run } = await open(start);
    expect(await run({ ...aTask, transitionTo: { status: 'in progress' } })).toMatchObject({
      Status: 'In Progress',
    });
  });
});
