import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../test/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

let count = 0;
const newKey = () => `key-${++count}`;
const post = (path: string, body: unknown, key: string, token?: string) =>
  hub.call('POST', path, body, token, { 'idempotency-key': key });
const token = { name: 'pipeline', role: 'viewer' };

describe('a post with an Idempotency-Key', () => {
  it('is carried out once; the same request gets the same answer, also a token that is shown once', async () => {
    const key = newKey();
    const first = await post('/api/v1/tokens', token, key);
    const again = await post('/api/v1/tokens', token, key);
    expect(first).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^tieline_at_/) } });
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.headers['content-type']).toEqual(first.headers['content-type']);
  });

  it.each<[string, string, unknown]>([
    ['body', '/api/v1/tokens', { ...token, role: 'operator' }],
    ['address', '/api/v1/secrets', { name: 'a', value: 'b' }],
  ])('with another %s is refused', async (_name, path, body) => {
    const key = newKey();
    await post('/api/v1/tokens', token, key);
    expect(await post(path, body, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('is another request when only the value of a secret differs', async () => {
    const key = newKey();
    expect((await post('/api/v1/secrets', { name: 's', value: 'one' }, key)).status).toBe(201);
    expect((await post('/api/v1/secrets', { name: 's', value: 'one' }, key)).status).toBe(201);
    expect((await post('/api/v1/secrets', { name: 's', value: 'two' }, key)).status).toBe(422);
  });

  it('gets its refusal again too, as the problem that it was', async () => {
    const key = newKey();
    const secret = { name: 'taken', value: 'x' };
    await hub.call('POST', '/api/v1/secrets', secret);
    const first = await post('/api/v1/secrets', secret, key);
    const again = await post('/api/v1/secrets', secret, key);
    expect(first.status).toBe(409);
    expect([again.status, again.text, again.headers['content-type']]).toEqual([
      409,
      first.text,
      first.headers['content-type'],
    ]);
  });

  it('that was not valid may be corrected under the same key', async () => {
    const key = newKey();
    expect((await post('/api/v1/tokens', { ...token, role: 'king' }, key)).status).toBe(400);
    expect((await post('/api/v1/tokens', token, key)).status).toBe(201);
  });

  it('is of its token alone', async () => {
    const key = newKey();
    const other = await hub.makeToken('administrator');
    const first = await post('/api/v1/tokens', token, key);
    const second = await post('/api/v1/tokens', token, key, other);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it.each(['with a space', 'ü', 'x'.repeat(256)])('must have a plain one, not %j', async (key) => {
    expect(await post('/api/v1/tokens', token, key)).toMatchObject({ status: 400 });
  });
});

describe('a request that is still under way', () => {
  const markAsRunning = (key: string, startedAgo: string) =>
    hub.database.pool.query(
      `update idempotent_answers set status = null, sealed_answer = null, created_at = now() - $2::interval
       where key = $1`,
      [key, startedAgo],
    );

  it('makes the same one wait', async () => {
    const key = newKey();
    await post('/api/v1/tokens', token, key);
    await markAsRunning(key, '1 second');
    expect(await post('/api/v1/tokens', token, key)).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-busy' },
    });
  });

  it('has died with its hub when it is a minute old: the same one is carried out', async () => {
    const key = newKey();
    await post('/api/v1/tokens', token, key);
    await markAsRunning(key, '61 seconds');
    expect(await post('/api/v1/tokens', token, key)).toMatchObject({ status: 201 });
  });

  it('and the same one at the same moment make one token', async () => {
    const key = newKey();
    const both = await Promise.all([1, 2, 3].map(() => post('/api/v1/tokens', { ...token, name: key }, key)));
    expect(both.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    const { rows } = await hub.database.pool.query('select from api_tokens where name = $1', [key]);
    expect(rows).toHaveLength(1);
  });
});

it('nothing of a token or a secret can be read in the database', async () => {
  const made = await post('/api/v1/tokens', { ...token, name: 'in the dump' }, newKey());
  const value = 'correct horse battery staple';
  await post('/api/v1/secrets', { name: 'also in the dump', value }, newKey());
  const dump = await hub.dump();
  expect(dump).toContain('also in the dump');
  const hidden = [made.body.token, value].flatMap((text) => [
    text,
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('hex'),
  ]);
  for (const text of hidden) {
    expect(dump).not.toContain(text);
    expect(dump.toLowerCase()).not.toContain(text.toLowerCase());
    expect(hub.log.join('')).not.toContain(text);
  }
});
