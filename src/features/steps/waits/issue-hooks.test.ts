import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../../test/postgres.ts';
import { startWaiting, type Waiting, type WaitingOptions } from '../../../../test/step-waits.ts';

const hour = 3_600_000;
/** Until it holds, however busy the machine is. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 15_000 });
let test: TestDatabase;
let waiting: Waiting | undefined;
beforeEach(async () => {
  test = await startTestDatabase();
});
afterEach(async () => {
  await waiting?.close();
  waiting = undefined;
  await test.close();
});

/** A step that waits for MYT-3, looked at once a day: what wakes it soon is a webhook. */
async function begin(options: Omit<WaitingOptions, 'database'> = {}) {
  const started = await startWaiting({ isPublic: true, ...options, database: test.database });
  waiting = started;
  const replica = await started.startReplica();
  const stepId = await started.put(replica.waits, 'MYT-3', { everyMs: 24 * hour });
  started.advance(2_000);
  await eventually(() => expect(replica.woken).toHaveLength(1));
  replica.woken.length = 0;
  const registered = () => started.simulator.state.webhooks().admin;
  return { ...started, replica, stepId, registered };
}

async function beginWithHook(options: Omit<WaitingOptions, 'database'> = {}) {
  const world = await begin(options);
  await eventually(() => expect(world.registered()).toHaveLength(1));
  const [hook] = world.registered();
  if (hook === undefined) throw new Error('no webhook');
  return { ...world, url: hook.url, secret: hook.secret };
}

const updated = (id: string | undefined) => ({ webhookEvent: 'jira:issue_updated', issue: { id } });

describe.each([
  ['Jira Cloud', undefined],
  ['Jira 9', '9.12.0'],
  ['Jira 10', '10.3.0'],
])('a webhook of %s', (_name, version) => {
  it('wakes the steps that wait for its issue at once, and no others', async () => {
    const world = await beginWithHook({ version });
    const { replica, put, move, stepId, simulator, advance, quiet } = world;
    const other = await put(replica.waits, 'MYT-4', { everyMs: 24 * hour });
    advance(2_000);
    await quiet();
    replica.woken.length = 0;
    await move('MYT-3', 'Done');
    await eventually(() =>
      expect(replica.woken).toMatchObject([
        { stepId, reason: 'hook', seen: { key: 'MYT-3', fields: { status: { name: 'Done' } } } },
      ]),
    );
    await move('MYT-1', 'Done');
    await simulator.settled();
    const answers = simulator.state.webhookDeliveries().map(({ status }) => status);
    expect(answers.length).toBeGreaterThanOrEqual(2);
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(replica.woken.map((one) => one.stepId)).not.toContain(other);
    expect(replica.woken).toHaveLength(1);
  });

  it('tells that an issue is gone', async () => {
    const { replica, remove, stepId } = await beginWithHook({ version });
    await remove('/rest/api/2/issue/MYT-3');
    await eventually(() =>
      expect(replica.woken).toMatchObject([{ stepId, error: { code: 'resource-not-found' } }]),
    );
  });
});

it('a webhook is heard while other steps are still being taken further', async () => {
  const { replica, put, move, stepId, advance, quiet } = await beginWithHook();
  const slow = await put(replica.waits, 'MYT-4');
  advance(2_000);
  await quiet();
  const letGo = replica.holdUp(slow);
  replica.woken.length = 0;
  await move('MYT-4', 'Done');
  await eventually(() => expect(replica.woken).toMatchObject([{ stepId: slow }]));
  await move('MYT-3', 'Done');
  await eventually(() => expect(replica.woken).toMatchObject([{ stepId: slow }, { stepId, reason: 'hook' }]));
  letGo();
});

describe('the address of webhooks', () => {
  it('takes what is signed with its secret alone', async () => {
    const { hook, url, secret, simulator, replica } = await beginWithHook();
    const body = updated(simulator.state.findIssue('MYT-3')?.id);
    expect(secret).toMatch(/^[\w-]{43}$/);
    for (const wrong of [undefined, '', 'another secret']) {
      expect((await hook(url, body, wrong)).status).toBe(401);
    }
    expect((await hook(`${url}x`, body, secret)).status).toBe(404);
    expect(await hook(url, body, secret)).toMatchObject({ status: 200, body: { state: 'awaited' } });
    expect(await hook(url, { nothing: 'of Jira' }, secret)).toMatchObject({ status: 400 });
    expect(replica.woken).toEqual([]);
  });

  it('says whether anything waits, and knows what comes twice', async () => {
    const { hook, url, secret, simulator } = await beginWithHook();
    const id = simulator.state.findIssue('MYT-3')?.id;
    const named = { 'x-atlassian-webhook-identifier': 'event-1' };
    const states = [];
    for (const [body, headers] of [
      [updated(id), named],
      [updated(id), named],
      [updated('99999'), {}],
      [{ webhookEvent: 'worklog_created' }, {}],
    ] as const) {
      states.push((await hook(url, body, secret, headers)).body.state);
    }
    expect(states).toEqual(['awaited', 'duplicate', 'not-awaited', 'not-awaited']);
    // Nothing is kept of any of them.
    const { rows } = await test.database.pool.query('select from deliveries');
    expect(rows).toEqual([]);
  });

  it('is the secret where Jira cannot sign, and its event says no more than where to look', async () => {
    const { hook, url, simulator, replica, move, stepId } = await beginWithHook({ version: '8.20.0' });
    expect(new URL(url).pathname).toMatch(/^\/hooks\/jira\/[\w-]{43}$/);
    const lie = {
      ...updated(simulator.state.findIssue('MYT-3')?.id),
      changelog: { items: [{ toString: 'Done' }] },
    };
    expect((await hook(url, lie)).status).toBe(200);
    await eventually(() => expect(replica.looks.at(-1)?.now).toBe(true));
    await move('MYT-3', 'Done');
    await eventually(() => expect(replica.woken).toMatchObject([{ stepId, reason: 'hook' }]));
  });
});

describe('the registration', () => {
  it('that Jira refuses leaves polling, and is told each run once', async () => {
    const { replica, put, stepId, registered, advance, quiet } = await begin({ user: 'dana' });
    await eventually(() => expect(replica.notes.flatMap(({ stepIds }) => stepIds)).toEqual([stepId]));
    expect(replica.notes[0]?.line).toMatch(
      /^Jira sends no webhooks to the hub \(.*\), so changes are found by/,
    );
    const second = await put(replica.waits, 'MYT-1');
    advance(2_000);
    await eventually(() => expect(replica.notes.flatMap(({ stepIds }) => stepIds)).toEqual([stepId, second]));
    advance(5 * hour);
    await quiet();
    expect(replica.notes).toHaveLength(2);
    expect(registered()).toEqual([]);
  });

  it('is made anew when somebody has removed it, and is gone a day after the last wait', async () => {
    const { replica, stepId, drop, remove, registered, advance, move } = await beginWithHook();
    const [first] = registered();
    await remove(`/rest/webhooks/1.0/webhook/${first?.id}`);
    advance(25 * hour);
    await eventually(() => expect(registered().map(({ url }) => url)).toEqual([first?.url]));
    replica.woken.length = 0;
    await move('MYT-3', 'Done');
    await eventually(() => expect(replica.woken).toMatchObject([{ stepId, reason: 'hook' }]));
    await drop(replica.waits, stepId);
    await eventually(async () => {
      const { rows } = await test.database.pool.query(
        'select from issue_watches where idle_since is not null',
      );
      expect(rows).toHaveLength(1);
    });
    expect(registered()).toHaveLength(1);
    advance(25 * hour);
    await eventually(() => expect(registered()).toEqual([]));
  });

  it('is not made where Jira cannot reach the hub', async () => {
    const { registered, simulator, advance, quiet } = await begin({ isPublic: false });
    advance(26 * hour);
    await quiet();
    expect(registered()).toEqual([]);
    expect(simulator.state.requests.filter(({ path }) => path.includes('webhook'))).toEqual([]);
  });
});
