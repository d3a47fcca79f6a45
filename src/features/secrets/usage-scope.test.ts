import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../test/hub.ts';
import { intersectScopes, isWithin } from './usage-scope.ts';

it.each<[string[], string[], string[]]>([
  [['account'], ['acme'], ['acme']],
  [['acme'], ['acme/shop', 'acme/web'], ['acme/shop', 'acme/web']],
  [['acme/shop'], ['acme/web'], []],
  [
    ['acme', 'other'],
    ['other/x', 'acme'],
    ['acme', 'other/x'],
  ],
  [[], ['account'], []],
])('the intersection of %j and %j is %j', (one, other, both) => {
  expect(intersectScopes(one, other)).toEqual(both);
});

it('an intersection allows what both allow, whichever comes first', () => {
  const scope = fc.constantFrom('account', 'a', 'b', 'a/x', 'a/y', 'b/x');
  const scopes = fc.array(scope, { maxLength: 4 });
  fc.assert(
    fc.property(scopes, scopes, scope, (one, other, where) => {
      const both = intersectScopes(one, other);
      expect(both).toEqual(intersectScopes(other, one));
      expect(isWithin(where, both)).toBe(isWithin(where, one) && isWithin(where, other));
    }),
  );
});

describe('the usage scope of a secret', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub();
  });
  afterAll(() => hub.close());

  let count = 0;
  const secret = async (scope: string, usageScopes?: string[]) => {
    count += 1;
    const made = await hub.call('POST', '/api/v1/secrets', {
      name: `s${count}`,
      scope,
      value: 'x',
      usageScopes,
    });
    if (made.status !== 201) throw new Error(made.text);
    return made.body;
  };
  const connect = (scope: string, reference: string, more: object = {}) =>
    hub.call('POST', '/api/v1/connections', {
      scope,
      name: `c${count}`,
      connector: 'jira',
      saveFailing: true,
      settings: {
        baseUrl: 'https://jira.example.com',
        devops: { clientId: 'c', clientSecret: { secret: reference } },
      },
      ...more,
    });
  const show = async (id: string) => (await hub.call('GET', `/api/v1/connections/${id}`)).body;
  const narrow = (wanted: { id: string; name: string }, usageScopes: string[]) =>
    hub.call('PUT', `/api/v1/secrets/${wanted.id}`, { name: wanted.name, description: '', usageScopes });

  it('is its own scope unless it is given, and never more', async () => {
    expect((await secret('acme')).usageScopes).toEqual(['acme']);
    const wide = { name: 'wide', scope: 'acme', value: 'x', usageScopes: ['account'] };
    expect(await hub.call('POST', '/api/v1/secrets', wide)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'usageScopes' }] },
    });
  });

  it('is that of a connection with it', async () => {
    const { name } = await secret('account', ['acme/shop', 'acme/web']);
    const made = await connect('account', name);
    expect(made).toMatchObject({
      status: 201,
      body: { usageScope: ['acme/shop', 'acme/web'], problem: null },
    });
    expect((await connect('acme/shop', `account.${name}`)).body).toMatchObject({ usageScope: ['acme/shop'] });
  });

  it('refuses a connection from elsewhere, and one that is to be wider, by the name of the secret', async () => {
    const { name } = await secret('account', ['acme']);
    const refused = {
      status: 422,
      body: {
        code: 'reference-out-of-scope',
        detail: expect.stringMatching(new RegExp(`secret "${name}" may be used in acme only`)),
      },
    };
    expect(await connect('other', `account.${name}`)).toMatchObject(refused);
    expect(await connect('account', name, { usageScopes: ['account'] })).toMatchObject(refused);
    const made = await connect('account', name, { usageScopes: ['acme/shop'] });
    expect(made.body.usageScope).toEqual(['acme/shop']);
    const { settings } = made.body;
    const wider = { name: 'c', settings, usageScopes: ['acme', 'other'], saveFailing: true };
    expect(await hub.call('PUT', `/api/v1/connections/${made.body.id}`, wider)).toMatchObject(refused);
  });

  it('when it is narrowed, breaks the connections that go beyond it, which say so; widening heals them', async () => {
    const wanted = await secret('account');
    const { body } = await connect('account', wanted.name);
    await narrow(wanted, ['acme']);
    expect(await show(body.id)).toMatchObject({
      status: 'broken',
      usageScope: ['acme'],
      problem: `The secret "${wanted.name}" may be used in acme only, but what uses it may be used in account`,
    });
    const tested = await hub.call('POST', `/api/v1/connections/${body.id}/test`, {});
    expect(tested.text).toContain(`The secret \\"${wanted.name}\\" may be used in acme only`);
    await narrow(wanted, ['account']);
    expect(await show(body.id)).toMatchObject({ usageScope: ['account'], problem: null });
  });
});
