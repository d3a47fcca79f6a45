import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../test/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ keptVersions: 3 });
});
afterAll(() => hub.close());

const make = (body: object) => hub.call('POST', '/api/v1/secrets', body);
const give = (id: string, body: object) => hub.call('PUT', `/api/v1/secrets/${id}/value`, body);
const versionsOf = async (id: string) => (await hub.call('GET', `/api/v1/secrets/${id}/versions`)).body.items;
const statesOf = async (id: string) =>
  (await versionsOf(id)).map(
    ({ version, state }: { version: number; state: string }) => `${version} ${state}`,
  );
const restore = (id: string, version: number, token?: string) =>
  hub.call('POST', `/api/v1/secrets/${id}/versions/${version}/restore`, undefined, token);
const end = (id: string, version: number) => hub.call('DELETE', `/api/v1/secrets/${id}/versions/${version}`);

describe('the versions of a secret', () => {
  it('are kept, the newest few of them, and tell who made them and never what they are', async () => {
    const { body } = await make({ name: 'kept', value: 'value-1' });
    for (const n of [2, 3, 4, 5]) await give(body.id, { value: `value-${n}` });
    expect(await statesOf(body.id)).toEqual(['5 in-use', '4 kept', '3 kept', '2 kept']);
    const [newest] = await versionsOf(body.id);
    expect(newest).toMatchObject({ createdBy: expect.any(String), restoredFrom: null, endedAt: null });
    expect(JSON.stringify(await versionsOf(body.id))).not.toContain('value-');
  });

  it('may be used again, as a new version', async () => {
    const { body } = await make({ name: 'again', value: 'value-1' });
    for (const n of [2, 3, 4]) await give(body.id, { value: `value-${n}` });
    expect(await restore(body.id, 1)).toMatchObject({ status: 200, body: { version: 5, restoredFrom: 1 } });
    expect(await statesOf(body.id)).toEqual(['5 in-use', '4 kept', '3 kept', '2 kept']);
    expect(await restore(body.id, 1)).toMatchObject({ status: 404, body: { code: 'resource-not-found' } });
    expect((await restore(body.id, 5)).body.code).toBe('request-invalid');
    expect((await restore(body.id, 9)).status).toBe(404);
  });

  it('may be ended, which drops the value at once; the one in use may not', async () => {
    const { body } = await make({ name: 'ended', value: 'value-1' });
    await give(body.id, { value: 'value-2' });
    expect(await end(body.id, 2)).toMatchObject({ status: 409, body: { code: 'resource-in-use' } });
    expect((await end(body.id, 1)).status).toBe(204);
    expect((await versionsOf(body.id))[1]).toMatchObject({ state: 'ended', endedBy: expect.any(String) });
    expect(await restore(body.id, 1)).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('was ended') },
    });
    const { rows } = await hub.database.pool.query(
      'select 1 from secret_versions where secret_id = $1 and sealed is not null',
      [body.id],
    );
    expect(rows).toEqual([]);
  });

  it('are each other’s neighbours also when two values come at once', async () => {
    const { body } = await make({ name: 'raced', value: 'value-1' });
    const answers = await Promise.all([2, 3, 4].map((n) => give(body.id, { value: `value-${n}` })));
    expect(answers.map((answer) => answer.body.version).sort()).toEqual([2, 3, 4]);
    expect(await statesOf(body.id)).toEqual(['4 in-use', '3 kept', '2 kept', '1 kept']);
  });

  it('are for editors of the secret to restore', async () => {
    const { body } = await make({ name: 'guarded', scope: 'acme', value: 'value-1' });
    await give(body.id, { value: 'value-2' });
    const viewer = await hub.makeToken('viewer', 'acme');
    expect((await restore(body.id, 1, viewer)).status).toBe(403);
    const stranger = await hub.makeToken('administrator', 'other');
    expect((await restore(body.id, 1, stranger)).status).toBe(404);
  });
});

describe('a file as a secret', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nvery private\n-----END PRIVATE KEY-----\n';
  const fileOf = (name: string, content: Buffer | string) => ({
    file: { name, content: Buffer.from(content).toString('base64') },
  });

  it('shows its name and size, and never its content', async () => {
    const made = await make({ name: 'client key', ...fileOf('client.key', pem) });
    expect(made).toMatchObject({
      status: 201,
      body: { kind: 'file', file: { name: 'client.key', bytes: pem.length } },
    });
    const next = await give(made.body.id, fileOf('next.key', `${pem}!`));
    expect(next.body).toMatchObject({ version: 2, file: { name: 'next.key', bytes: pem.length + 1 } });
    expect((await versionsOf(made.body.id))[1].file).toEqual({ name: 'client.key', bytes: pem.length });
    for (const place of [made.text, next.text, hub.log.join(''), await hub.dump()]) {
      expect(place).not.toContain('very private');
    }
  });

  it('may be 64 KiB of any bytes, and not one more', async () => {
    const bytes = randomBytes(65_536);
    expect((await make({ name: 'large', ...fileOf('a.p12', bytes) })).status).toBe(201);
    expect(
      await make({ name: 'too large', ...fileOf('a.p12', Buffer.concat([bytes, bytes])) }),
    ).toMatchObject({
      status: 400,
      body: { code: 'request-invalid' },
    });
  });

  it('stays a file, and a text a text', async () => {
    const text = await make({ name: 'text', value: 'x' });
    const file = await make({ name: 'file', ...fileOf('a', 'x') });
    expect((await give(text.body.id, fileOf('a', 'x'))).body.code).toBe('request-invalid');
    expect((await give(file.body.id, { value: 'x' })).body.code).toBe('request-invalid');
  });

  it.each<[string, object]>([
    ['both a value and a file', { value: 'x', ...fileOf('a', 'x') }],
    ['neither', {}],
    ['no base64', { file: { name: 'a', content: 'not base64!' } }],
    ['a name with folders', fileOf('../a', 'x')],
    ['an empty file', { file: { name: 'a', content: '' } }],
  ])('is refused with %s', async (_name, body) => {
    expect(await make({ name: 'wrong', ...body })).toMatchObject({
      status: 400,
      body: { code: 'request-invalid' },
    });
  });
});

it.each(['env:X', 'file:/x', 'vault:a:b/c#d'])('no secret is called %s', async (name) => {
  expect((await make({ name, value: 'x' })).body.errors).toMatchObject([{ path: 'name' }]);
});
