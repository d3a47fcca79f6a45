import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataCenterCaller } from '../fixtures/data-center-client.ts';
import { type Receiver, startReceiver } from '../fixtures/receiver.ts';
import { callersOf, type Sent } from '../fixtures/simulator-client.ts';
import { type JiraSimulator, startJiraSimulator } from '../index.ts';

const open: { close(): Promise<void> }[] = [];
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  open.push(receiver);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const everything = [
  ...['jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted'],
  ...['comment_created', 'comment_updated', 'comment_deleted', 'worklog_created'],
  ...['issuelink_created', 'issuelink_deleted', 'attachment_created', 'attachment_deleted'],
];

async function startCloud(webhook: object = {}, now?: () => Date) {
  const jira = await startJiraSimulator({ edition: 'cloud', webhookRetryDelayMs: 5, now });
  open.push(jira);
  const { asAccount } = callersOf(jira);
  const body = { name: 'Tieline', url: receiver.url, events: everything, secret: 's3cret', ...webhook };
  const { status, json } = await asAccount('/rest/webhooks/1.0/webhook', { method: 'POST', body });
  expect(status).toBe(201);
  const call = async (method: string, path: string, sent?: unknown, more: Sent = {}) =>
    asAccount(`/rest/api/3${path}`, { method, body: sent, ...more });
  return { jira, call, hook: new URL(json.self).pathname, asAccount };
}
const edit = (summary: string) => ({ fields: { summary } });
const heard = async (jira: Pick<JiraSimulator, 'settled'>) => {
  await jira.settled();
  return receiver.received.splice(0);
};
const events = async (jira: Pick<JiraSimulator, 'settled'>) =>
  (await heard(jira)).map(({ body }) => body.webhookEvent);

describe('what a webhook is told', () => {
  it('tells an update with what changed, signed over its bytes', async () => {
    const { jira, call } = await startCloud();
    await call('PUT', '/issue/MYT-1', edit('Grüße'));
    const [told, ...others] = await heard(jira);
    expect(others).toEqual([]);
    expect(told?.body).toMatchObject({
      timestamp: expect.any(Number),
      webhookEvent: 'jira:issue_updated',
      issue_event_type_name: 'issue_updated',
      user: { accountId: '5b10ac8d82e05b22cc7d4e01', displayName: 'Ada Admin' },
      issue: {
        id: jira.state.findIssue('MYT-1')?.id,
        key: 'MYT-1',
        // A text, as in version 2, whatever version was used to write.
        fields: { summary: 'Grüße', description: expect.stringContaining('As a shopper') },
      },
      changelog: {
        id: expect.any(String),
        items: [{ field: 'summary', fieldId: 'summary', toString: 'Grüße' }],
      },
    });
    expect(told?.body.user).not.toHaveProperty('emailAddress');
    const signature = createHmac('sha256', 's3cret')
      .update(Buffer.from(told?.text ?? ''))
      .digest('hex');
    expect(told?.headers).toMatchObject({
      'x-hub-signature': `sha256=${signature}`,
      'x-atlassian-webhook-identifier': expect.stringMatching(/./),
      'x-atlassian-webhook-flow': 'Primary',
    });
    expect(told?.headers).not.toHaveProperty('x-atlassian-webhook-retry');
    expect(jira.state.webhookDeliveries()).toMatchObject([
      { event: 'jira:issue_updated', issueKey: 'MYT-1', retry: 0, status: 200, body: told?.text },
    ]);
  });

  it('tells a transition and an assignment by their own types, and nothing when nothing changed', async () => {
    const { jira, call } = await startCloud();
    await call('POST', '/issue/MYT-3/transitions', { transition: { id: '21' } });
    await call('PUT', '/issue/MYT-4/assignee', { accountId: '5b10ac8d82e05b22cc7d4e03' });
    await call('PUT', '/issue/MYT-4', edit('Search forgets the filter when going back'));
    const told = await heard(jira);
    expect(told.map(({ body }) => [body.issue.key, body.issue_event_type_name]).sort()).toEqual([
      ['MYT-3', 'issue_generic'],
      ['MYT-4', 'issue_assigned'],
    ]);
    const moved = told.find(({ body }) => body.issue.key === 'MYT-3')?.body.changelog.items;
    expect(moved).toMatchObject([{ field: 'status', fromString: 'To Do', toString: 'In Progress' }]);
  });

  it('tells of comments, worklogs, links, attachments, and the end of an issue', async () => {
    const { jira, call, asAccount } = await startCloud();
    const text = {
      type: 'doc',
      version: 1,
      content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Hi' }] }],
    };
    const created = { fields: { project: { key: 'MYT' }, issuetype: { name: 'Task' }, summary: 'New' } };
    const { json: issue } = await call('POST', '/issue', created);
    const { json: comment } = await call('POST', '/issue/MYT-1/comment', { body: text });
    await call('PUT', `/issue/MYT-1/comment/${comment.id}`, { body: text });
    await call('DELETE', `/issue/MYT-1/comment/${comment.id}`);
    await call('POST', '/issue/MYT-1/worklog', { timeSpent: '1h' });
    const ends = { inwardIssue: { key: 'MYT-1' }, outwardIssue: { key: 'MYT-2' } };
    await call('POST', '/issueLink', { type: { name: 'Blocks' }, ...ends });
    const form = new FormData();
    form.append('file', new Blob(['x']), 'x.txt');
    await fetch(`${jira.siteUrl}/rest/api/3/issue/MYT-1/attachments`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`admin@tieline-demo.example:simulated-admin-api-token`)}`,
        'x-atlassian-token': 'no-check',
      },
      body: form,
    });
    await asAccount(`/rest/api/3/issue/${issue.key}`, { method: 'DELETE' });
    const told = await heard(jira);
    const bodyOf = (event: string) => told.find(({ body }) => body.webhookEvent === event)?.body;
    expect(told.map(({ body }) => body.webhookEvent).sort()).toEqual(
      [
        ...['jira:issue_created', 'comment_created', 'comment_updated', 'comment_deleted', 'worklog_created'],
        ...['issuelink_created', 'attachment_created', 'jira:issue_updated', 'jira:issue_deleted'],
      ].sort(),
    );
    expect(bodyOf('comment_created')).toMatchObject({ comment: { body: 'Hi' }, issue: { key: 'MYT-1' } });
    expect(bodyOf('worklog_created').worklog.issueId).toBe(jira.state.findIssue('MYT-1')?.id);
    expect(bodyOf('worklog_created')).not.toHaveProperty('issue');
    expect(bodyOf('issuelink_created').issueLink.issueLinkType.name).toBe('Blocks');
    expect(bodyOf('attachment_created').attachment.filename).toBe('x.txt');
    expect(bodyOf('jira:issue_deleted').issue.key).toBe(issue.key);
  });

  it('tells of sub-tasks that went with their issue by the slower flow', async () => {
    const { jira, call } = await startCloud({ events: ['jira:issue_deleted'] });
    const create = async (more: object) =>
      (await call('POST', '/issue', { fields: { project: { key: 'MYT' }, summary: 'x', ...more } })).json.key;
    const key = await create({ issuetype: { name: 'Task' } });
    const child = await create({ issuetype: { name: 'Sub-task' }, parent: { key } });
    await call('DELETE', `/issue/${key}?deleteSubtasks=true`);
    const flows = (await heard(jira)).map((one) => [
      one.body.issue.key,
      one.headers['x-atlassian-webhook-flow'],
    ]);
    expect(new Map(flows as [string, string][])).toEqual(
      new Map([
        [key, 'Primary'],
        [child, 'Secondary'],
      ]),
    );
  });

  it('tells what fits its filter, events and switch alone', async () => {
    const filters = { 'issue-related-events-section': 'project = OPS AND status = "In Progress"' };
    const { jira, call, hook, asAccount } = await startCloud({ filters, events: ['jira:issue_updated'] });
    await call('PUT', '/issue/MYT-1', edit('a'));
    await call('PUT', '/issue/OPS-2', edit('b'));
    await call('PUT', '/issue/OPS-1', edit('c'));
    expect((await heard(jira)).map(({ body }) => body.issue.key)).toEqual(['OPS-1']);
    const body = { name: 'x', url: receiver.url, events: ['jira:issue_updated'], enabled: false };
    await asAccount(hook, { method: 'PUT', body });
    await call('PUT', '/issue/OPS-1', edit('d'));
    expect(await heard(jira)).toEqual([]);
  });

  it('may leave out its body and name the issue in its address', async () => {
    const url = `${receiver.url}/\${project.key}?issue=\${issue.key}`;
    const { jira, call } = await startCloud({ url, excludeBody: true });
    await call('PUT', '/issue/MYT-1', edit('x'));
    expect(await heard(jira)).toMatchObject([{ path: '/hook/MYT?issue=MYT-1', text: '' }]);
  });
});

describe('Cloud tries again', () => {
  it.each([408, 409, 425, 429, 500, 503])('after %i, under the same identifier', async (status) => {
    const { jira, call } = await startCloud();
    receiver.answers.push({ status }, { status });
    await call('PUT', '/issue/MYT-1', edit('x'));
    const told = await heard(jira);
    expect(told.map(({ headers }) => headers['x-atlassian-webhook-retry'])).toEqual([undefined, '1', '2']);
    expect(new Set(told.map(({ headers }) => headers['x-atlassian-webhook-identifier'])).size).toBe(1);
    expect(new Set(told.map((one) => one.text)).size).toBe(1);
  });

  it.each([400, 401, 404, 410, 302])('not after %i, and follows no redirect', async (status) => {
    const { jira, call } = await startCloud();
    receiver.answers.push({ status, headers: { location: receiver.url } });
    await call('PUT', '/issue/MYT-1', edit('x'));
    expect(await heard(jira)).toHaveLength(1);
  });

  it('five times at most, also where nobody listens', async () => {
    const { jira, call } = await startCloud({ url: 'http://127.0.0.1:1/' });
    await call('PUT', '/issue/MYT-1', edit('x'));
    await jira.settled();
    expect(jira.state.webhookDeliveries().map(({ retry, status }) => [retry, status])).toEqual(
      [0, 1, 2, 3, 4, 5].map((retry) => [retry, 0]),
    );
  });

  it('not when a webhook has failed for half an hour, until it succeeds', async () => {
    let nowMs = Date.parse('2026-11-22T10:00:00Z');
    const { jira, call } = await startCloud({}, () => new Date(nowMs));
    const fail = () => receiver.answers.push(...Array.from({ length: 6 }, () => ({ status: 500 })));
    fail();
    await call('PUT', '/issue/MYT-1', edit('a'));
    expect(await heard(jira)).toHaveLength(6);
    nowMs += 31 * 60_000;
    receiver.answers.push({ status: 500 });
    await call('PUT', '/issue/MYT-1', edit('b'));
    expect(await heard(jira)).toHaveLength(1);
    await call('PUT', '/issue/MYT-1', edit('c'));
    await jira.settled();
    fail();
    await call('PUT', '/issue/MYT-1', edit('d'));
    expect(await heard(jira)).toHaveLength(7);
  });
});

describe('deliveries go wrong', () => {
  it('lost, doubled, late and out of order', async () => {
    const { jira, call } = await startCloud();
    jira.deliveryFaults.add({ match: { issue: 'MYT-1' }, does: 'lose' });
    jira.deliveryFaults.add({ match: { issue: 'MYT-2' }, does: 'duplicate' });
    await call('PUT', '/issue/MYT-1', edit('a'));
    await call('PUT', '/issue/MYT-2', edit('b'));
    const twice = await heard(jira);
    expect(twice.map(({ body }) => body.issue.key)).toEqual(['MYT-2', 'MYT-2']);
    const identifiers = twice.map(({ headers }) => headers['x-atlassian-webhook-identifier']);
    expect(identifiers[0]).toBe(identifiers[1]);

    jira.deliveryFaults.clear();
    jira.deliveryFaults.add({ times: 1, does: 'reorder' });
    await call('PUT', '/issue/MYT-1', edit('first'));
    await call('PUT', '/issue/MYT-1', edit('second'));
    const summaries = (await heard(jira)).map(({ body }) => body.issue.fields.summary);
    expect(summaries).toEqual(['second', 'first']);
  });

  it('by control', async () => {
    const { jira, call, asAccount } = await startCloud();
    const fault = { match: { event: 'jira:issue_updated' }, times: 1, delivery: { delayMs: 20 } };
    expect((await asAccount('/_simulator/faults', { method: 'POST', body: fault })).status).toBe(201);
    await asAccount('/_simulator/faults', { method: 'POST', body: { webhookRetryDelayMs: 1 } });
    await call('PUT', '/issue/MYT-1', edit('first'));
    await call('PUT', '/issue/MYT-1', edit('second'));
    const summaries = (await heard(jira)).map(({ body }) => body.issue.fields.summary);
    expect(summaries).toEqual(['second', 'first']);
    const { json } = await asAccount('/_simulator/faults');
    expect(json.deliveries).toMatchObject([{ struck: 1 }]);
    const state = (await asAccount('/_simulator/state')).json;
    expect(state.webhookDeliveries).toMatchObject([{ status: 200 }, { status: 200 }]);
    await asAccount('/_simulator/faults', { method: 'DELETE' });
    expect(jira.deliveryFaults.list()).toEqual([]);
  });
});

describe('on Data Center', () => {
  async function startDataCenter(version: string, webhook: object) {
    const jira = await startJiraSimulator({ edition: 'data-center', version });
    open.push(jira);
    const ask = dataCenterCaller(jira);
    const path = version.startsWith('10') ? '/rest/jira-webhook/1.0/webhooks' : '/rest/webhooks/1.0/webhook';
    const body = { name: 'Tieline', url: receiver.url, events: everything, ...webhook };
    expect((await ask(path, { method: 'POST', body })).status).toBe(201);
    return { jira, ask };
  }

  it('since 10 a secret signs, nothing identifies, nothing is tried again', async () => {
    const { jira, ask } = await startDataCenter('10.3.24', { configuration: { SECRET: 's3cret' } });
    receiver.answers.push({ status: 503 });
    await ask('/issue/MYT-1', { method: 'PUT', body: edit('x') });
    const [told, ...others] = await heard(jira);
    expect(others).toEqual([]);
    expect(told?.headers['x-hub-signature']).toBe(
      `sha256=${createHmac('sha256', 's3cret')
        .update(told?.text ?? '')
        .digest('hex')}`,
    );
    expect(Object.keys(told?.headers ?? {}).filter((name) => name.startsWith('x-atlassian'))).toEqual([]);
    expect(told?.body.user).toMatchObject({ name: 'admin', displayName: 'Ada Admin' });
    expect(told?.body.changelog.items[0]).not.toHaveProperty('fieldId');
  });

  it('before 10 nothing signs, the address tells who did it, and a comment is an update too', async () => {
    const { jira, ask } = await startDataCenter('9.12.0', { secret: 'passed over' });
    await ask('/issue/MYT-1/comment', { method: 'POST', body: { body: '*Hi*' } });
    const told = await heard(jira);
    expect(told.map(({ body }) => body.webhookEvent).sort()).toEqual([
      'comment_created',
      'jira:issue_updated',
    ]);
    const [comment, update] = told.sort((a, b) => (a.body.webhookEvent < b.body.webhookEvent ? -1 : 1));
    expect(comment?.body).not.toHaveProperty('issue');
    expect(comment?.body.comment.body).toBe('*Hi*');
    expect(update?.body).toMatchObject({
      issue_event_type_name: 'issue_commented',
      comment: { body: '*Hi*' },
    });
    expect(update?.path).toMatch(/\?user_id=admin&user_key=JIRAUSER\d+$/);
    expect(update?.headers).not.toHaveProperty('x-hub-signature');
  });
});

it('a storm of changes is delivered whole', async () => {
  const { jira, call } = await startCloud({ events: ['jira:issue_created'] });
  const created = { fields: { project: { key: 'MYT' }, issuetype: { name: 'Task' }, summary: 'New' } };
  await Promise.all(Array.from({ length: 200 }, () => call('POST', '/issue', created)));
  expect(await events(jira)).toHaveLength(200);
});
