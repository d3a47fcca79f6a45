import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../../test/postgres.ts';
import {
  type Replica,
  startWaiting,
  type Waiting,
  type WaitingOptions,
} from '../../../../test/step-waits.ts';
import { TielineError } from '../../../kit/errors.ts';

const minute = 60_000;
const hour = 60 * minute;
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

async function begin(options: Omit<WaitingOptions, 'database'> = {}) {
  const started = await startWaiting({ ...options, database: test.database });
  waiting = started;
  const replica = await started.startReplica();
  return { ...started, replica };
}

/**
 * Lets the first look at each pass, and forgets it. The next moments of all of one interval are one: it is just over, so
 * that what goes on here, however slow the machine is, takes place before the next one comes by itself.
 */
async function settle({ advance, quiet, now }: Waiting, ...replicas: Replica[]) {
  advance(2_000);
  await quiet();
  const { rows } = await test.database.pool.query('select min(next_at) as next from step_waits');
  advance(rows[0].next.getTime() - now().getTime() + 1);
  await quiet();
  for (const one of replicas) {
    one.woken.length = 0;
    one.looks.length = 0;
  }
}

const statusOf = (seen: { fields: Record<string, unknown> } | undefined) => seen?.fields.status;

describe.each([
  ['Jira Cloud', undefined],
  ['a self-hosted Jira', '9.12.0'],
])('steps that wait for issues of %s', (_name, version) => {
  it('are looked at once more soon, for the event may have come first', async () => {
    const { replica, put, advance } = await begin({ version });
    const stepId = await put(replica.waits, 'MYT-1');
    expect(replica.woken).toEqual([]);
    advance(1_000);
    await eventually(() =>
      expect(replica.woken).toMatchObject([{ stepId, reason: 'look', seen: { key: 'MYT-1' } }]),
    );
  });

  it('share one search an interval, and are woken when their issue has changed', async () => {
    const world = await begin({ version });
    const { replica, put, move, advance, quiet, searches } = world;
    const [, second] = [
      await put(replica.waits, 'MYT-1'),
      await put(replica.waits, 'MYT-2'),
      await put(replica.waits, 'MYT-3', { fields: undefined }),
    ];
    await settle(world, replica);
    const before = searches();
    await move('MYT-2', 'Done');
    advance(minute);
    await eventually(() => expect(replica.woken).toHaveLength(1));
    expect(replica.woken[0]).toMatchObject({ stepId: second, reason: 'changed' });
    expect(statusOf(replica.woken[0]?.seen)).toMatchObject({ name: 'Done' });
    for (let interval = 0; interval < 3; interval += 1) {
      await quiet();
      advance(minute);
    }
    await quiet();
    expect(searches() - before).toBe(4);
    // Search shows the change for some minutes; it was told once.
    expect(replica.woken).toHaveLength(1);
  });

  it('are woken when their issue is gone', async () => {
    const world = await begin({ version });
    const { replica, put, advance, quiet, remove } = world;
    const stepId = await put(replica.waits, 'MYT-4');
    await put(replica.waits, 'MYT-1');
    await settle(world, replica);
    await remove('/rest/api/2/issue/MYT-4');
    advance(minute);
    await eventually(() =>
      expect(replica.woken).toMatchObject([
        { stepId, error: { code: 'resource-not-found', retry: 'never' } },
      ]),
    );
    await quiet();
    expect(replica.woken).toHaveLength(1);
  });

  it('have a last look at their deadline', async () => {
    const world = await begin({ version });
    const { replica, put, advance, now } = world;
    const deadline = new Date(now().getTime() + 90_000);
    const stepId = await put(replica.waits, 'MYT-1', { deadline });
    await settle(world, replica);
    advance(2 * minute);
    await eventually(() =>
      expect(replica.woken).toMatchObject([{ stepId, reason: 'deadline', seen: { key: 'MYT-1' } }]),
    );
  });

  it('are looked at when they asked for it, changed or not', async () => {
    const world = await begin({ version });
    const { replica, put, advance, quiet, now } = world;
    const lookAt = new Date(now().getTime() + 10 * minute);
    const stepId = await put(replica.waits, 'MYT-1', { lookAt });
    await settle(world, replica);
    advance(5 * minute);
    await quiet();
    expect(replica.woken).toEqual([]);
    advance(5 * minute);
    await eventually(() => expect(replica.woken).toMatchObject([{ stepId, reason: 'look' }]));
    await quiet();
    expect(replica.woken).toHaveLength(1);
  });
});

describe('hubs that look at one Jira together', () => {
  it('never look twice', async () => {
    const world = await begin();
    const { replica, put, startReplica, move, advance, quiet } = world;
    const other = await startReplica();
    for (const key of ['MYT-1', 'MYT-2', 'MYT-3', 'MYT-4', 'MYT-5']) await put(replica.waits, key);
    await settle(world, replica, other);
    for (let interval = 0; interval < 5; interval += 1) {
      advance(minute);
      await quiet();
    }
    const looked = [...replica.looks, ...other.looks].flatMap(({ ids }) => ids);
    const times = Map.groupBy(looked, (id) => id);
    expect([...times.values()].map(({ length }) => length)).toEqual([5, 5, 5, 5, 5]);
    await move('MYT-3', 'Done');
    advance(minute);
    await eventually(() => expect([...replica.woken, ...other.woken]).toHaveLength(1));
  });

  it('go on where one was killed', async () => {
    const world = await begin();
    const { replica, put, startReplica, move, advance } = world;
    const stepId = await put(replica.waits, 'MYT-3');
    await settle(world, replica);
    replica.stall();
    advance(minute);
    await eventually(async () => {
      const { rows } = await test.database.pool.query(
        'select from step_waits where leased_until is not null',
      );
      expect(rows).toHaveLength(1);
    });
    // It has taken the wait, and never says anything again.
    replica.hang();
    await move('MYT-3', 'Done');
    const other = await startReplica();
    advance(10_000);
    await eventually(() => expect(other.woken).toMatchObject([{ stepId, reason: 'changed' }]));
  });

  it('leave a look to the one that makes it, however long it takes', async () => {
    const world = await begin();
    const { replica, put, move, advance } = world;
    const leasedUntil = async () => {
      const { rows } = await test.database.pool.query('select leased_until as until from step_waits');
      return Number(rows[0]?.until ?? 0);
    };
    const stepId = await put(replica.waits, 'MYT-3');
    await settle(world, replica);
    const answer = replica.stall();
    advance(minute);
    await eventually(async () => expect(await leasedUntil()).toBeGreaterThan(0));
    const first = await leasedUntil();
    await eventually(async () => expect(await leasedUntil()).toBeGreaterThan(first));
    await move('MYT-3', 'Done');
    answer();
    await eventually(() => expect(replica.woken).toMatchObject([{ stepId, reason: 'changed' }]));
    await world.quiet();
    expect(replica.looks).toHaveLength(1);
  });

  it('find after a restart what changed meanwhile', async () => {
    const world = await begin();
    const { replica, put, startReplica, move, advance } = world;
    const stepId = await put(replica.waits, 'MYT-3', { everyMs: 15 * minute });
    await settle(world, replica);
    await replica.stop();
    await move('MYT-3', 'Done');
    advance(3 * hour);
    const next = await startReplica();
    await eventually(() => expect(next.woken).toMatchObject([{ stepId, seen: { key: 'MYT-3' } }]));
  });
});

describe('a Jira that is in trouble', () => {
  it('costs one line for each run and one for the hub, however long it lasts', async () => {
    const world = await begin();
    const { replica, put, move, advance, quiet, simulator } = world;
    const steps = [
      await put(replica.waits, 'MYT-1'),
      await put(replica.waits, 'MYT-2'),
      await put(replica.waits, 'MYT-3'),
    ];
    await settle(world, replica);
    simulator.faults.unavailable();
    for (let interval = 0; interval < 5; interval += 1) {
      advance(minute);
      await eventually(() => expect(replica.looks.length).toBeGreaterThan(interval));
      await quiet();
    }
    expect(replica.warnings).toEqual(['Jira could not be looked at; what waits for it waits on']);
    const told = replica.notes.flatMap(({ stepIds }) => stepIds);
    expect(told.toSorted()).toEqual(steps.toSorted());
    expect(replica.notes[0]?.line).toMatch(/could not be looked at: .*Waiting goes on/);
    expect(replica.woken).toEqual([]);
    simulator.faults.clear();
    await move('MYT-2', 'Done');
    advance(minute);
    await eventually(() => expect(replica.woken).toMatchObject([{ stepId: steps[1] }]));
    // Long ago it was last looked at: nothing that happened since is missed.
    expect(replica.warnings).toHaveLength(1);
  });

  it('does not keep a deadline from being one', async () => {
    const world = await begin();
    const { replica, put, advance, now, simulator } = world;
    const deadline = new Date(now().getTime() + 10 * minute);
    const stepId = await put(replica.waits, 'MYT-1', { deadline });
    await settle(world, replica);
    simulator.faults.rateLimit('jira-quota-global-based', { retryAfterSeconds: 3_000 });
    advance(5 * minute);
    await eventually(() => expect(replica.notes).toHaveLength(1));
    advance(5 * minute);
    await eventually(() =>
      expect(replica.woken).toMatchObject([{ stepId, reason: 'deadline', error: { code: 'rate-limited' } }]),
    );
  });

  it('is not asked while its connection is held', async () => {
    const world = await begin();
    const { replica, put, connectionId, advance, quiet, simulator } = world;
    await put(replica.waits, 'MYT-1');
    await settle(world, replica);
    await test.database.pool.query(
      `insert into connection_holds (connection_id, since, code, message, hint)
       values ($1, now(), 'remote-unauthorized', 'Jira refuses the token', 'Renew it.')`,
      [connectionId],
    );
    const before = simulator.state.requests.length;
    for (let interval = 0; interval < 3; interval += 1) {
      advance(minute);
      await eventually(() => expect(replica.warnings).toHaveLength(1));
      await quiet();
    }
    expect(simulator.state.requests.length).toBe(before);
    expect(replica.notes).toHaveLength(1);
    expect(replica.notes[0]?.line).toContain('Jira refuses the token');
  });

  it('ends what waits for it when its connection is gone', async () => {
    const world = await begin();
    const { replica, put, advance } = world;
    const stepId = await put(replica.waits, 'MYT-1');
    await settle(world, replica);
    replica.lose(new TielineError('resource-not-found', 'There is no such connection'));
    advance(minute);
    await eventually(() =>
      expect(replica.woken).toMatchObject([{ stepId, error: { code: 'resource-not-found' } }]),
    );
  });

  it('that loses a change in its index is found out within the hour', async () => {
    const world = await begin();
    const { replica, put, move, advance, quiet, simulator } = world;
    const stepId = await put(replica.waits, 'MYT-3');
    await settle(world, replica);
    simulator.faults.lagSearch(24 * hour);
    await move('MYT-3', 'Done');
    for (let passed = 0; passed < 62 && replica.woken.length === 0; passed += 1) {
      advance(minute);
      await quiet();
    }
    expect(replica.woken).toMatchObject([{ stepId, seen: { fields: { status: { name: 'Done' } } } }]);
  });
});
