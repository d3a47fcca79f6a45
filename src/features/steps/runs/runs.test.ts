import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TielineError } from '../../../kit/errors.ts';
import { holdConnection } from '../../../work/index.ts';
import { done, type ScriptedHub, stage, startScriptedHub, step } from './fixtures/scripted.ts';
import { createRunStore } from './run-store.ts';

let hub: ScriptedHub;
beforeAll(async () => {
  hub = await startScriptedHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.script.run = async () => done();
  delete hub.script.recover;
});

const stepsOf = (run: { steps: { id: string; state: string }[] }) =>
  Object.fromEntries(run.steps.map(({ id, state }) => [id, state]));

/** Fails so often, each time with this error, then succeeds. */
const failing = (times: number, error: TielineError) => {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw error;
    return done();
  };
};
/** Does something while the work of the connection is held, and nothing looks whether that is still right. */
async function whileHeld<T>(reason: { code: string; message: string }, work: () => Promise<T>): Promise<T> {
  const { kysely } = hub.database;
  const { body } = await hub.call('GET', '/api/v1/connections');
  const [{ id: connectionId }] = body.items;
  const held = { connectionId, reason: { ...reason, hint: 'Repair it.' }, now: new Date() };
  // At once with its hold, or the check that comes with that is quicker.
  await hub.database.transaction('hold', async (trx) => {
    await holdConnection(trx, held);
    await sql`update connections set next_check_at = now() + interval '1 hour'`.execute(trx);
  });
  try {
    return await work();
  } finally {
    // Not released: a connection that is held once more within an hour is checked later.
    await sql`delete from connection_holds`.execute(kysely);
  }
}
const never = new TielineError('jira-rejected', 'Jira says no');
const soon = new TielineError('network-failed', 'no answer', { retry: 'soon' });

describe('a run', () => {
  it('does its steps in order, and a step reads what those before it gave', async () => {
    const inputs: unknown[] = [];
    hub.script.run = async (input) => {
      inputs.push(input);
      return done({ key: 'MYT-7', Status: 'To Do', 'Story Points': 5 });
    };
    const summary =
      'fields:\n  - {name: Summary, value: \'<+execution.steps.first.issue.key> is <+steps.first.issue."Story Points"> big, <+stage.variables.colour>\'}';
    const { id, state } = await hub.run(stage(step('first'), step('second', '', summary)));
    expect(state).toBe('queued');
    const run = await hub.ended(id);
    expect(run).toMatchObject({ state: 'succeeded', issueKeys: ['MYT-7'], kind: 'stage', name: 'Deploy' });
    expect(inputs[1]).toMatchObject({ fields: [{ name: 'Summary', value: 'MYT-7 is 5 big, green' }] });
    expect(run.steps[1].resolved.fields).toEqual([{ name: 'Summary', value: 'MYT-7 is 5 big, green' }]);
    expect(run.steps[1].input.fields[0].value).toContain('<+steps.first');
    expect(run.steps[0]).toMatchObject({
      outputName: 'issue',
      output: { key: 'MYT-7' },
      action: 'jira.create-issue',
    });
    const { body } = await hub.call('GET', '/api/v1/runs?issue=myt-7');
    expect(body.items.map((one: { id: string }) => one.id)).toContain(id);
  });

  it.each([
    ['<+execution.steps.first.spec.projectKey>', 'MYT'],
    ['<+execution.steps.first.status>', 'SUCCEEDED'],
    ['<+pipeline.stages.deploy.spec.execution.steps.first.output.key>', 'MYT-7'],
    ['<+steps.first.output.outputVariables.key>', 'MYT-7'],
    ['<+stage.name>', 'Deploy'],
    ['<+stage.currentStatus>', 'SUCCESS'],
    ['<+pipeline.triggeredBy.name>', 'first administrator'],
    ['<+pipeline.variables.given>', 'red or green'],
    ['<+org.identifier>/<+project.identifier>', 'acme/shop'],
    ['<+codebase.branch>', 'main'],
    ['<+env.name>', 'prod'],
    ['<+account.identifier>', 'account'],
  ])('knows what %s is', async (expression, value) => {
    hub.script.run = async () => done({ key: 'MYT-7' });
    const summary = `fields:\n  - {name: Summary, value: '${expression}'}`;
    const { id } = await hub.run(stage(step('first'), step('second', '', summary)), {
      scope: 'acme/shop',
      variables: { given: 'red or <+stage.variables.colour>' },
      context: { codebase: { branch: 'main' }, env: { name: 'prod' }, account: { identifier: 'account' } },
    });
    const run = await hub.ended(id);
    expect(run.steps[1].resolved?.fields ?? run.steps[1].error).toEqual([{ name: 'Summary', value }]);
  });

  it('names what is not there in an expression, and fails', async () => {
    const wrong = "fields:\n  - {name: Summary, value: '<+execution.steps.first.issue.kye>'}";
    hub.script.run = async () => done({ key: 'MYT-7' });
    const { id } = await hub.run(stage(step('first'), step('second', '', wrong)));
    const run = await hub.ended(id);
    expect(stepsOf(run)).toEqual({ first: 'succeeded', second: 'failed' });
    expect(run.state).toBe('failed');
    expect(run.steps[1].error).toMatchObject({ code: 'expression-unresolved' });
    expect(run.steps[1].error.message).toMatch(/kye.*key/s);
  });

  const unresolved = '<+pipeline.variables.nope>';
  it.each([
    [
      'a field of its spec',
      step(
        'first',
        '',
        `fields:\n  - {name: Summary, value: fine}\n  - {name: Labels, value: '${unresolved}'}`,
      ),
      'spec.fields[1].value of the step first, line 24 of the document: ',
    ],
    ['its time-out', step('first').replace('1m', unresolved), 'timeout of the step first, line 17 '],
    [
      'its condition',
      step('first', `when: {condition: '${unresolved} == "x"'}`),
      'when.condition of the step first, line 23 ',
    ],
    ['the condition of its stage', step('first'), 'stage.when.condition, for the step first, line 6 '],
  ])('that cannot resolve %s says where it stands in the file', async (title, only, place) => {
    const ofStage = `  type: Custom\n  when: {condition: '${unresolved} == "x"'}`;
    const document = title.endsWith('stage') ? stage(only).replace('  type: Custom', ofStage) : stage(only);
    const run = await hub.ended((await hub.run(document)).id);
    expect(run.steps[0].error.message).toContain(place);
    expect(run.steps[0].error.message).toContain('pipeline.variables has no "nope"');
  });

  it('skips what comes after a failure, except what is for a failure or for any case', async () => {
    hub.script.run = failing(1, never);
    const { id } = await hub.run(
      stage(
        step('first'),
        step('second'),
        step('third', 'when: {stageStatus: Failure}'),
        step(
          'fourth',
          'when: {stageStatus: All, condition: \'<+execution.steps.first.status> == "FAILED"\'}',
        ),
        step('fifth', 'when: {stageStatus: All, condition: \'<+stage.variables.colour> == "red"\'}'),
      ),
    );
    const run = await hub.ended(id);
    expect(stepsOf(run)).toEqual({
      first: 'failed',
      second: 'skipped',
      third: 'succeeded',
      fourth: 'succeeded',
      fifth: 'skipped',
    });
    expect(run.state).toBe('failed');
    expect(run.steps[1].reason).toBe('an earlier step of the stage has failed');
  });

  const strategy = (action: string) =>
    `failureStrategies:\n  - onFailure: {errors: [AllErrors], action: ${action}}`;

  it.each([
    ['{type: Ignore}', 'failed', 'succeeded', 'succeeded'],
    ['{type: MarkAsSuccess}', 'succeeded', 'succeeded', 'succeeded'],
    ['{type: MarkAsFailure}', 'failed', 'skipped', 'failed'],
    ['{type: Abort}', 'failed', 'skipped', 'aborted'],
    [
      '{type: Retry, spec: {retryCount: 2, retryIntervals: [10s], onRetryFailure: {action: {type: Ignore}}}}',
      'failed',
      'succeeded',
      'succeeded',
    ],
  ])(
    'with the failure strategy %s leaves the step %s, the next one %s and ends %s',
    async (action, first, second, end) => {
      const times = action.includes('Retry') ? 0 : 1;
      hub.script.run = async (input, context) => {
        if (times === 0 && context.attempt <= 3 && String(input.issueType) === 'Task') throw never;
        return done();
      };
      if (times === 1) hub.script.run = failing(1, never);
      const other = 'issueType: Bug';
      const { id } = await hub.run(
        stage(step('first', strategy(action)), step('second').replace('issueType: Task', other)),
      );
      if (times === 0) {
        // The interval of ten seconds is not waited for here.
        await hurry(id, 2);
      }
      const run = await hub.ended(id);
      expect(stepsOf(run)).toEqual({ first, second });
      expect(run.state).toBe(end);
      if (times === 0) expect(run.steps[0].attempts).toHaveLength(3);
    },
  );

  /** Lets a run that waits for its next try go on at once, so often. */
  async function hurry(id: string, times: number): Promise<void> {
    for (let time = 1; time <= times; time += 1) {
      await hub.until(id, (run) => run.steps[0].attempts.length === time && run.steps[0].state === 'pending');
      await hub.database.pool.query('update runs set due_at = now() where id = $1', [id]);
    }
  }

  it('tries again by itself what failed for a moment, and looks for what the try did first', async () => {
    const looks: number[] = [];
    hub.script.run = failing(2, soon);
    hub.script.recover = async (_input, { attempt }) => {
      looks.push(attempt);
      return 'not-done';
    };
    const { id } = await hub.run(stage(step('first')));
    const run = await hub.ended(id);
    expect(run.state).toBe('succeeded');
    expect(run.steps[0].attempts.map(({ error }: { error?: { code: string } }) => error?.code)).toEqual([
      'network-failed',
      'network-failed',
      undefined,
    ]);
    expect(looks).toEqual([2, 3]);
  });

  it('asks a person where an earlier try may have had its effect, and goes on after it', async () => {
    hub.script.run = failing(1, soon);
    hub.script.recover = async () => 'unknown';
    const { id } = await hub.run(stage(step('first'), step('second')));
    const run = await hub.ended(id);
    expect(run.steps[0]).toMatchObject({ state: 'failed', error: { code: 'step-uncertain' } });
    const again = await hub.call('POST', `/api/v1/runs/${id}/rerun`, { from: 'second' });
    expect(again.status).toBe(201);
    const repeated = await hub.ended(again.body.id);
    expect(repeated).toMatchObject({ state: 'succeeded', rerunOf: id, rerunFrom: 'second' });
  });

  it('expires when its time is over', async () => {
    hub.script.run = (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new TielineError('network-failed', 'cut off')));
      });
    const given = { connection: 'account.desk', input: {}, timeoutMs: 200 };
    const { body } = await hub.call('POST', '/api/v1/actions/jira.create-issue/run', given);
    const run = await hub.ended(body.id);
    expect(run).toMatchObject({
      state: 'expired',
      steps: [{ state: 'expired', attempts: [{ uncertain: true }] }],
    });
  });

  it('that expires says what was in its way', async () => {
    const given = { connection: 'account.desk', input: {}, timeoutMs: 150 };
    const run = await whileHeld({ code: 'remote-unauthorized', message: 'wrong password' }, async () => {
      const { body } = await hub.call('POST', '/api/v1/actions/jira.create-issue/run', given);
      return hub.ended(body.id);
    });
    expect(run.steps).toMatchObject([{ state: 'expired', error: { message: 'wrong password' } }]);
  });

  it('is broken off by who cancels it', async () => {
    hub.script.run = (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new TielineError('network-failed', 'cut off')));
      });
    const { id } = await hub.run(stage(step('first'), step('second')));
    await hub.until(id, (run) => run.steps[0].attempts.length === 1);
    const cancelled = await hub.call('POST', `/api/v1/runs/${id}/cancel`);
    expect(cancelled.status).toBe(202);
    const run = await hub.ended(id);
    expect(run.state).toBe('aborted');
    expect(stepsOf(run)).toEqual({ first: 'aborted', second: 'skipped' });
    const again = await hub.call('POST', `/api/v1/runs/${id}/cancel`, {});
    expect(again).toMatchObject({ status: 409, body: { code: 'run-over' } });
    const { body } = await hub.call('GET', '/api/v1/audit?limit=50');
    const actions = body.items
      .filter(({ subject }: { subject: { id: string } }) => subject.id === id)
      .map(({ action }: { action: string }) => action);
    expect(actions.sort()).toEqual(['run.cancelled', 'run.started']);
  });

  it('waits for its connection to be repaired', async () => {
    hub.script.run = failing(1, new TielineError('remote-unauthorized', 'no', { retry: 'once-repaired' }));
    const { id } = await hub.run(stage(step('first')));
    const run = await hub.ended(id);
    // The check of a held connection is due at once, and finds the scripted one in order.
    expect(run.state).toBe('succeeded');
    expect(run.steps[0].attempts).toHaveLength(2);
    const { text } = await hub.call('GET', `/api/v1/runs/${id}/log`);
    expect(text).toContain('waits until its connection is repaired');
  });

  it('goes on beside work that is held for want of another credential', async () => {
    const run = await whileHeld({ code: 'jira-credential-absent', message: 'no client id' }, async () =>
      hub.ended((await hub.run(stage(step('first')))).id),
    );
    expect(run.state).toBe('succeeded');
  });

  it('that is refused beside work that is held waits for a test that signs in after that', async () => {
    hub.script.run = failing(1, new TielineError('remote-unauthorized', 'no', { retry: 'once-repaired' }));
    const test = () => hub.database.pool.query('update connections set tested_at = clock_timestamp()');
    await whileHeld({ code: 'remote-unauthorized', message: 'no client' }, async () => {
      await test();
      const { id } = await hub.run(stage(step('first')));
      await vi.waitFor(
        async () => {
          const { rows } = await hub.database.pool.query('select * from runs where id = $1', [id]);
          expect(rows).toMatchObject([{ held_by: expect.any(String), leased_until: null }]);
        },
        { timeout: 10_000 },
      );
      expect(await createRunStore(hub.database).listDue(new Date(), 100)).not.toContain(id);
      await test();
      expect((await hub.ended(id)).steps[0].attempts).toHaveLength(2);
    });
  });

  it('is repeated from a step on, with what the steps before it gave', async () => {
    let count = 0;
    hub.script.run = async () => {
      count += 1;
      if (count === 2) throw never;
      return done({ key: `MYT-${count}` });
    };
    const summary = "fields:\n  - {name: Summary, value: '<+execution.steps.first.issue.key>'}";
    const { id } = await hub.run(stage(step('first'), step('second', '', summary)));
    expect((await hub.ended(id)).state).toBe('failed');
    const again = await hub.call('POST', `/api/v1/runs/${id}/rerun`, { from: 'second' });
    const run = await hub.ended(again.body.id);
    expect(run.steps[1].resolved.fields[0].value).toBe('MYT-1');
    expect(count).toBe(3);
    const unknown = await hub.call('POST', `/api/v1/runs/${id}/rerun`, { from: 'third' });
    expect(unknown).toMatchObject({ status: 404 });
    expect(unknown.body.hint).toContain('first, second');
  });

  it('goes on at another replica when one falls silent, which looks for what was done', async () => {
    const begun = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<never>();
    hub.script.run = () => {
      begun.resolve();
      return gone.promise;
    };
    hub.script.recover = async () => done({ key: 'MYT-99' });
    const { id } = await hub.run(stage(step('first')));
    await begun.promise;
    const replica = await hub.startReplica();
    await hub.database.pool.query(
      "update runs set leased_by = gen_random_uuid(), leased_until = now() - interval '1 second' where id = $1",
      [id],
    );
    const run = await hub.ended(id);
    expect(run).toMatchObject({ state: 'succeeded', steps: [{ output: { key: 'MYT-99' } }] });
    await replica.stop();
    gone.reject(new Error('the process is gone'));
  });
});

it('does each step once, however many replicas there are', async () => {
  const replicas = await Promise.all([hub.startReplica(), hub.startReplica()]);
  const keys: string[] = [];
  hub.script.run = async (_input, { key }) => {
    keys.push(key);
    return done();
  };
  const made = await Promise.all(
    Array.from({ length: 20 }, () => hub.run(stage(step('first'), step('second')))),
  );
  const ended = await Promise.all(made.map(({ id }) => hub.ended(id)));
  expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['succeeded']));
  expect(keys).toHaveLength(40);
  expect(new Set(keys).size).toBe(40);
  for (const replica of replicas) await replica.stop();
});

describe('secrets in a run', () => {
  it('reach the action, and are nowhere to be read', async () => {
    const value = 'hunter2-sesame';
    await hub.call('POST', '/api/v1/secrets', { name: 'door', value });
    const seen: unknown[] = [];
    hub.script.run = async (input, { say }) => {
      seen.push(input);
      say(`the door opens with ${value}`);
      throw new TielineError('jira-rejected', `Jira says: ${value} is no summary`);
    };
    const fields =
      "fields:\n  - {name: Summary, value: 'open <+secrets.getValue(\"account.door\")>'}\n  - {name: Labels, value: '<+pipeline.variables.key>'}";
    const { id } = await hub.run(stage(step('first', '', fields)), {
      variables: { key: '<+secrets.getValue("door")>' },
    });
    const run = await hub.ended(id);
    expect(run.steps[0].resolved.fields).toEqual([
      { name: 'Summary', value: 'open [secret]' },
      { name: 'Labels', value: '[secret]' },
    ]);
    expect(run.steps[0].error.message).toBe('Jira says: [secret] is no summary');
    expect(JSON.stringify(seen)).toContain('open [secret]');
    expect(await hub.dump()).not.toContain(value);
    expect(hub.log.join('')).not.toContain(value);
  });

  it('are masked in what a later step reads of an earlier one', async () => {
    const value = 'open-sesame-again';
    await hub.call('POST', '/api/v1/secrets', { name: 'gate', value });
    let count = 0;
    hub.script.run = async () => {
      count += 1;
      return done(count === 1 ? {} : { Summary: `it is ${value}` });
    };
    const fields = 'fields:\n  - {name: Summary, value: \'it is <+secrets.getValue("account.gate")>\'}';
    const { id } = await hub.run(stage(step('first', '', fields), step('second')));
    const run = await hub.ended(id);
    expect(run.steps[1].output).toEqual({ Summary: 'it is [secret]' });
    expect(await hub.dump()).not.toContain(value);
  });

  it('of the machine are for administrators', async () => {
    const operator = await hub.makeToken('operator');
    const fields = 'fields:\n  - {name: Summary, value: \'<+secrets.getValue("env:HOME")>\'}';
    const { id } = await hub.run(stage(step('first', '', fields)), {}, operator);
    const run = await hub.ended(id);
    expect(run.steps[0].error).toMatchObject({ code: 'permission-missing' });
  });
});

describe('who may run', () => {
  it('is not a viewer', async () => {
    const viewer = await hub.makeToken('viewer');
    const answer = await hub.call('POST', '/api/v1/runs', { document: stage(step('first')) }, viewer);
    expect(answer).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
  });

  it('is nobody with a connection that is not there', async () => {
    const document = stage(step('first')).replace('account.desk', 'account.nowhere');
    const answer = await hub.call('POST', '/api/v1/runs', { document });
    expect(answer).toMatchObject({ status: 422, body: { code: 'reference-not-found' } });
    expect(answer.body.detail).toContain('account.nowhere');
  });

  it('is nobody with a connection that does not do it', async () => {
    const document = stage(step('first'))
      .replace('JiraCreate', 'JiraApproval')
      .replace(
        'projectKey: MYT',
        "issueKey: MYT-1\n              approvalCriteria: {type: Jexl, spec: {expression: 'true'}}",
      );
    const answer = await hub.call('POST', '/api/v1/runs', { document });
    expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
    expect(answer.body.detail).toBe(
      '"desk" is a Scripted connection, which cannot do jira.wait-for-approval',
    );
  });

  it('needs the role operator where the connection lies', async () => {
    const operator = await hub.makeToken('operator', 'acme');
    const document = stage(step('first'));
    const answer = await hub.call('POST', '/api/v1/runs', { document, scope: 'acme' }, operator);
    expect(answer).toMatchObject({ status: 422, body: { code: 'reference-not-found' } });
    const other = await hub.call('POST', '/api/v1/runs', { document, scope: 'other' }, operator);
    expect(other).toMatchObject({ status: 403 });
  });

  it('sees no runs of other scopes', async () => {
    const { id } = await hub.run(stage(step('first')));
    const viewer = await hub.makeToken('viewer', 'elsewhere');
    expect(await hub.call('GET', `/api/v1/runs/${id}`, undefined, viewer)).toMatchObject({ status: 404 });
    expect((await hub.call('GET', '/api/v1/runs', undefined, viewer)).body.items).toEqual([]);
    await hub.ended(id);
  });

  it('gets the same run for the same Idempotency-Key', async () => {
    const body = { document: stage(step('first')) };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await hub.call('POST', '/api/v1/runs', body, hub.token, headers);
    const second = await hub.call('POST', '/api/v1/runs', body, hub.token, headers);
    expect(second.body.id).toBe(first.body.id);
    await hub.ended(first.body.id);
  });
});

describe('a dry run', () => {
  it('checks and resolves, and does nothing', async () => {
    let count = 0;
    hub.script.run = async () => {
      count += 1;
      return done();
    };
    const summary = "fields:\n  - {name: Summary, value: '<+execution.steps.first.issue.key>'}";
    const document = stage(step('first'), step('second', '', summary));
    const answer = await hub.call('POST', '/api/v1/runs', { document, dryRun: true });
    expect(answer.status).toBe(200);
    expect(answer.body.steps).toMatchObject([
      { id: 'first', action: 'jira.create-issue', connection: 'desk', error: null },
      { id: 'second', error: null, later: expect.stringContaining('first') },
    ]);
    expect(count).toBe(0);
  });
});

describe('an action by itself', () => {
  it('is listed with its schema, and run', async () => {
    hub.script.run = async (input) => done({ given: JSON.stringify(input) });
    const { body } = await hub.call('GET', '/api/v1/actions');
    expect(body.items.map(({ id }: { id: string }) => id)).toContain('jira.create-issue');
    const given = { connection: 'account.desk', input: { project: '<+not.resolved>' } };
    const answer = await hub.call('POST', '/api/v1/actions/jira.create-issue/run', given);
    expect(answer.status).toBe(201);
    const run = await hub.ended(answer.body.id);
    expect(run).toMatchObject({ kind: 'action', state: 'succeeded' });
    expect(run.steps[0].output).toEqual({ given: '{"project":"<+not.resolved>"}' });
    const unknown = await hub.call('POST', '/api/v1/actions/jira.fly/run', given);
    expect(unknown).toMatchObject({ status: 400 });
  });
});
