import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../../test/hub.ts';

let hub: TestHub;
let ahead = 0;
beforeAll(async () => {
  hub = await startTestHub({ now: () => new Date(Date.now() + ahead) });
});
afterAll(() => hub.close());

interface Line {
  id: string;
  at: string;
  action: string;
  scope: string;
  actor: { name: string };
  subject: { name: string };
}
const audit = async (query: string, token?: string): Promise<Line[]> =>
  (await hub.call('GET', `/api/v1/audit?limit=200&${query}`, undefined, token)).body.items;
const exported = async (query = '', token?: string): Promise<Line[]> => {
  const answer = await hub.call('GET', `/api/v1/audit/export?${query}`, undefined, token, { accept: '*/*' });
  return answer.text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
};
const makeSecret = (name: string, scope = 'account', token?: string) =>
  hub.call('POST', '/api/v1/secrets', { scope, name, value: 'a clear text' }, token);

it('a change has a line: who, what, when, from where, and never a secret', async () => {
  const { body } = await makeSecret('kept');
  const [line] = await audit('subject=kept');
  expect(line).toMatchObject({
    action: 'secret.created',
    scope: 'account',
    actor: { kind: 'token', name: 'first administrator' },
    address: '127.0.0.1',
    subject: { kind: 'secret', id: body.id, name: 'kept' },
  });
  expect(JSON.stringify(await audit(''))).not.toContain('a clear text');
});

it('lines are found by subject, actor, action and time', async () => {
  const { body: user } = await hub.call('POST', '/api/v1/users', { name: 'Bea', email: 'bea@example.com' });
  const robot = await hub.call('POST', '/api/v1/service-accounts', { name: 'robot' });
  await hub.call('PUT', `/api/v1/service-accounts/${robot.body.id}/roles`, { role: 'administrator' });
  const token = await hub.call('POST', '/api/v1/tokens', {
    name: 'of the robot',
    serviceAccount: robot.body.id,
    role: 'editor',
  });
  ahead = 3_600_000;
  await makeSecret('by the robot', 'account', token.body.token);
  const since = new Date(Date.now() + ahead - 60_000).toISOString();
  ahead = 0;
  expect(await audit(`subject=${user.id}`)).toMatchObject([{ action: 'user.created' }]);
  expect(await audit('subject=bea@example.com&subjectKind=user')).toHaveLength(1);
  expect(await audit('subject=bea@example.com&subjectKind=secret')).toHaveLength(0);
  for (const query of ['actor=robot', `actor=${robot.body.id}`, `from=${since}`]) {
    expect(await audit(query)).toMatchObject([
      {
        action: 'secret.created',
        subject: { name: 'by the robot' },
        actor: { kind: 'service-account', token: { name: 'of the robot' } },
      },
    ]);
  }
  expect(await audit('action=api-token.created')).toMatchObject([{ subject: { name: 'of the robot' } }]);
  expect((await audit(`to=${since}`)).map(({ subject }) => subject.name)).not.toContain('by the robot');
});

it('a reader sees the lines of scopes that it administers, in the list and in the export', async () => {
  for (const scope of ['acme', 'acme/shop', 'other', 'account']) await makeSecret('everywhere', scope);
  const administrator = await hub.makeToken('administrator', 'acme');
  for (const lines of [await audit('', administrator), await exported('', administrator)]) {
    expect(new Set(lines.map(({ scope }) => scope))).toEqual(new Set(['acme', 'acme/shop']));
  }
  const editor = await hub.makeToken('editor');
  for (const path of ['/api/v1/audit', '/api/v1/audit/export']) {
    expect((await hub.call('GET', path, undefined, editor)).status).toBe(403);
  }
});

it('the export has every line once, oldest first, also where they are more than are read at a time', async () => {
  await hub.database.pool.query(
    `insert into audit_log (id, at, actor_kind, actor_id, actor_name, action, scope, subject_kind, subject_id, subject_name)
     select gen_random_uuid(), now(), 'hub', gen_random_uuid(), 'x', 'thing.made', 'account', 'thing', n::text, 'thing'
     from generate_series(1, 1203) as n`,
  );
  const answer = await hub.call('GET', '/api/v1/audit/export?action=thing.made');
  expect(answer.headers['content-type']).toContain('application/x-ndjson');
  const lines = await exported('action=thing.made');
  expect(new Set(lines.map(({ id }) => id)).size).toBe(1203);
  const ids = (await exported()).map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted());
  const pages: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=200&order=oldest${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { body } = await hub.call('GET', `/api/v1/audit?${query}`);
    pages.push(...body.items.map(({ id }: Line) => id));
    cursor = body.next;
  } while (cursor !== null);
  expect(pages).toEqual(ids);
});

it.each(['POST', 'PUT', 'DELETE'] as const)(
  'no %s changes it, and the database itself refuses',
  async (method) => {
    const [line] = await audit('');
    for (const path of ['/api/v1/audit', `/api/v1/audit/${line?.id}`]) {
      expect((await hub.call(method, path, {})).status).toBe(404);
    }
    const change = method === 'DELETE' ? 'delete from audit_log' : "update audit_log set action = 'x'";
    await expect(hub.database.pool.query(change)).rejects.toThrow('only added to');
  },
);

it.each([
  [undefined, '127.0.0.1'],
  [['127.0.0.0/8'], '203.0.113.7'],
])(
  'behind the proxies %j a request that is said to come from elsewhere comes from %s',
  async (proxies, address) => {
    const behind = await startTestHub({ trustedProxies: proxies });
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    await behind.call('POST', '/api/v1/secrets', { name: 's', value: 'x' }, behind.token, headers);
    const { body } = await behind.call('GET', '/api/v1/audit');
    expect(body.items[0]).toMatchObject({ action: 'secret.created', address });
    await behind.close();
  },
);
