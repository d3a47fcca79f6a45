import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../test/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

const clear = 'a-very-clear-text-81';
const make = (body: object, token?: string) => hub.call('POST', '/api/v1/secrets', body, token);
const connect = (scope: string, name: string, secret: string) =>
  hub.call('POST', '/api/v1/connections', {
    scope,
    name,
    connector: 'jira',
    saveFailing: true,
    settings: {
      baseUrl: 'https://jira.example.com',
      devops: { clientId: 'c', clientSecret: { secret } },
    },
  });

describe('a secret', () => {
  it('goes in and never comes out: not in an answer, not in the log, not in a table', async () => {
    const made = await make({ name: 'quiet', description: 'a note', value: clear });
    expect(made).toMatchObject({ status: 201, body: { name: 'quiet', scope: 'account', version: 1 } });
    const path = `/api/v1/secrets/${made.body.id}/value`;
    const changed = await hub.call('PUT', path, { value: `${clear}-2` });
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
    const listed = await hub.call('GET', '/api/v1/secrets');
    const wrong = await make({ name: 'quiet', value: clear, unknown: true });
    const answers = [made, changed, listed, wrong].map(({ text }) => text).join('');
    for (const place of [answers, hub.log.join(''), await hub.dump()]) {
      expect(place).not.toContain(clear);
      expect(place).not.toContain(Buffer.from(clear).toString('base64').slice(0, -4));
    }
  });

  it('is named by id or by a reference seen from the scope of the caller', async () => {
    const made = await make({ name: 'by-name', scope: 'acme', value: 'x' });
    const token = await hub.makeToken('editor', 'acme/shop');
    const shown = { status: 200, body: { id: made.body.id } };
    expect(await hub.call('GET', `/api/v1/secrets/${made.body.id}`)).toMatchObject(shown);
    const own = await hub.makeToken('editor', 'acme');
    expect(await hub.call('GET', '/api/v1/secrets/By-Name', undefined, own)).toMatchObject(shown);
    const path = '/api/v1/secrets/by-name/value';
    expect(await hub.call('PUT', path, { value: 'y' }, own)).toMatchObject({ body: { version: 2 } });
    const back = '/api/v1/secrets/by-name/versions/1/restore';
    expect(await hub.call('POST', back, undefined, own)).toMatchObject({ body: { version: 3 } });
    for (const name of ['by-name', 'org.by-name', 'account.by-name']) {
      const hidden = await hub.call('GET', `/api/v1/secrets/${name}`, undefined, token);
      expect(hidden).toMatchObject({ status: 404, body: { code: 'resource-not-found' } });
    }
  });

  it('has its name alone in its scope, whatever the case', async () => {
    await make({ name: 'Taken', value: 'x' });
    expect(await make({ name: 'tAKEN', value: 'y' })).toMatchObject({
      status: 409,
      body: { code: 'name-taken', detail: expect.stringContaining('tAKEN') },
    });
    expect((await make({ name: 'taken', scope: 'acme', value: 'y' })).status).toBe(201);
  });

  it('in use cannot be deleted, and the answer names what uses it, however it refers to it', async () => {
    const used = await make({ name: 'used', scope: 'acme', value: 'x' });
    await connect('acme', 'as the sibling', 'USED');
    const project = await connect('acme/shop', 'as the organization', 'org.used');
    const path = `/api/v1/secrets/${used.body.id}`;
    expect(await hub.call('DELETE', path)).toMatchObject({
      status: 409,
      body: { code: 'resource-in-use', detail: expect.stringMatching(/"as the sibling".*"as the organ/) },
    });
    const { body } = await hub.call('GET', '/api/v1/connections');
    for (const { id } of body.items) await hub.call('DELETE', `/api/v1/connections/${id}`);
    expect(project.status).toBe(201);
    expect((await hub.call('DELETE', path)).status).toBe(204);
    expect((await hub.call('DELETE', path)).status).toBe(404);
  });

  it('that is taken and deleted at the same moment is one of the two', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      const { body } = await make({ name: `raced ${n}`, value: 'x' });
      const [used, deleted] = await Promise.all([
        connect('account', `raced ${n}`, `raced ${n}`),
        hub.call('DELETE', `/api/v1/secrets/${body.id}`),
      ]);
      const outcome = [used.status, deleted.status];
      if (deleted.status === 204) expect(outcome).toEqual([422, 204]);
      else expect(outcome).toEqual([201, 409]);
    }
  });

  it.each<[string, object, string]>([
    ['no name', { value: 'x' }, 'name'],
    ['an empty name', { name: '  ', value: 'x' }, 'name'],
    ['a name of two lines', { name: 'a\nb', value: 'x' }, 'name'],
    ['a name with NUL', { name: 'a\0b', value: 'x' }, 'name'],
    ['no value', { name: 'x' }, 'value'],
    ['an empty value', { name: 'x', value: '' }, 'value'],
    ['a number for a value', { name: 'x', value: 7 }, 'value'],
    ['a scope that is none', { name: 'x', value: 'x', scope: 'a/b/c' }, 'scope'],
    ['a description with NUL', { name: 'x', value: 'x', description: 'a\0b' }, 'description'],
    ['an unknown field', { name: 'x', value: 'x', colour: 'red' }, 'colour'],
  ])('with %s is refused, naming the field', async (_name, body, path) => {
    const answer = await make(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });
});

describe('a reference to a secret', () => {
  it.each([
    ['account', 'account.ref', true],
    ['account', 'ref', true],
    ['account', 'org.ref', false],
    ['acme', 'account.ref', true],
    ['acme', 'ref', true],
    ['acme', 'org.ref', true],
    ['acme/shop', 'org.ref', true],
    ['acme/shop', 'ref', false],
    ['other', 'ref', false],
    ['other', 'org.ref', false],
    ['other', 'acme.ref', false],
    ['other', 'acme/ref', false],
    ['account', 'account.none', false],
  ])('from %s, written %s: %s', async (scope, reference, leads) => {
    await make({ name: 'ref', value: 'x' });
    await make({ name: 'ref', scope: 'acme', value: 'x' });
    const answer = await connect(scope, `${scope} to ${reference}`, reference);
    if (leads) expect(answer.status).toBe(201);
    else expect(answer).toMatchObject({ status: 422, body: { code: 'reference-not-found' } });
  });
});

it('secrets are listed page by page, and a narrow token misses no page of its own', async () => {
  for (const n of [1, 2, 3, 4, 5]) {
    await make({ name: `mine ${n}`, scope: 'paged/own', value: 'x' });
    await make({ name: `other ${n}`, scope: 'paged/other', value: 'x' });
  }
  const token = await hub.makeToken('viewer', 'paged/own');
  const names: string[] = [];
  let next = '';
  for (let pages = 0; next !== null && pages < 10; pages += 1) {
    const query = next === '' ? '' : `&cursor=${next}`;
    const { body } = await hub.call('GET', `/api/v1/secrets?limit=2${query}`, undefined, token);
    expect(body.items).toHaveLength(pages < 2 ? 2 : 1);
    names.push(...body.items.map((item: { name: string }) => item.name));
    next = body.next;
  }
  expect(names).toEqual(['mine 5', 'mine 4', 'mine 3', 'mine 2', 'mine 1']);
});

it('a secret that a token may not see does not exist for it', async () => {
  const foreign = await make({ name: 'foreign', scope: 'far', value: 'x' });
  const token = await hub.makeToken('administrator', 'near');
  const path = `/api/v1/secrets/${foreign.body.id}`;
  expect((await hub.call('DELETE', path, undefined, token)).status).toBe(404);
  expect((await hub.call('PUT', `${path}/value`, { value: 'y' }, token)).status).toBe(404);
  const reader = await hub.makeToken('viewer', 'far');
  expect((await hub.call('DELETE', path, undefined, reader)).status).toBe(403);
});
