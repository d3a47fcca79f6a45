import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, startTestHub, type TestHub } from '../../../test/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

type Given = Record<string, unknown>;
const apply = (documents: Given[], more: object = {}, token?: string): Promise<Answer> =>
  hub.call('POST', '/api/v1/apply', { documents, ...more }, token);
const actionsOf = ({ body, text }: Answer): string[] => {
  if (body?.items === undefined) throw new Error(text);
  return body.items.map(
    ({ action, kind, scope, name }: Record<string, string>) => `${action} ${kind} ${scope}/${name}`,
  );
};
const auditLength = async (): Promise<number> =>
  (await hub.database.pool.query('select from audit_log')).rowCount ?? 0;
/** All that an apply may touch. */
const everything = async () => [await call('/api/v1/export'), await auditLength()];
const call = async (path: string) => (await hub.call('GET', path)).body;

let count = 0;
/** A scope of a test's own. */
const newScope = () => `org${++count}`;

const secret = (scope: string, name: string, spec: object = { value: `value of ${name}` }) => ({
  kind: 'Secret',
  scope,
  name,
  spec,
});
const connection = (scope: string, name: string, token: string, more: object = {}) => ({
  kind: 'Connection',
  scope,
  name,
  spec: {
    connector: 'jira',
    settings: {
      baseUrl: 'https://jira.example.com/jira/secure/Dashboard.jspa',
      platform: { type: 'personal-access-token', token: { secret: token } },
    },
    ...more,
  },
});
const key = (scope: string, name: string, spec: object) => ({ kind: 'ConnectKey', scope, name, spec });

describe('an apply', () => {
  it('makes what is missing in the order in which it refers to each other, and nothing the second time', async () => {
    const scope = newScope();
    const documents = [
      key(scope, 'pipeline', { connection: 'jira', projects: ['SHOP'], kinds: ['build'] }),
      connection(scope, 'jira', 'jira-token', { environmentRules: { production: ['live-*'] } }),
      secret(scope, 'jira-token'),
    ];
    const first = await apply(documents);
    expect(first.status).toBe(200);
    expect(actionsOf(first)).toEqual([
      `create Secret ${scope}/jira-token`,
      `create Connection ${scope}/jira`,
      `create ConnectKey ${scope}/pipeline`,
    ]);
    expect(first.body.applied).toBe(true);
    const [, made, madeKey] = first.body.items;
    expect(await call(`/api/v1/connections/${made.id}`)).toMatchObject({
      settings: { baseUrl: 'https://jira.example.com/jira' },
      usageScope: [scope],
      environmentRules: { production: ['live-*'] },
    });
    expect(madeKey.key).toMatch(/^tieline_ck_/);
    expect((await hub.call('GET', '/api/v1/connections', undefined, madeKey.key)).status).toBe(403);

    const lines = await auditLength();
    const second = await apply(documents);
    expect(new Set(second.body.items.map(({ action }: { action: string }) => action))).toEqual(
      new Set(['unchanged']),
    );
    expect(second.text).not.toContain('tieline_ck_');
    expect(await auditLength()).toBe(lines);
  });

  it('changes what differs, path by path, with a line in the audit log for each', async () => {
    const scope = newScope();
    await apply([secret(scope, 'one'), secret(scope, 'two'), connection(scope, 'jira', 'one')]);
    const lines = await auditLength();
    const changed = connection(scope, 'JIRA', 'two', { selfService: true });
    const answer = await apply([secret(scope, 'one', { description: 'the old one' }), changed]);
    expect(answer.body.items).toMatchObject([
      {
        name: 'one',
        action: 'update',
        changes: [{ path: 'spec.description', before: '', after: 'the old one' }],
      },
      {
        name: 'JIRA',
        action: 'update',
        changes: [
          { path: 'name', before: 'jira', after: 'JIRA' },
          { path: 'spec.settings.platform.token.secret', before: 'one', after: 'two' },
          { path: 'spec.selfService', before: false, after: true },
        ],
      },
    ]);
    expect(await auditLength()).toBe(lines + 3);
    expect(actionsOf(await apply([changed]))).toEqual([`unchanged Connection ${scope}/JIRA`]);
  });

  it('that is a dry run says the same and does nothing', async () => {
    const scope = newScope();
    const documents = [
      secret(scope, 'jira-token'),
      connection(scope, 'jira', 'jira-token'),
      key(scope, 'k', { connection: 'jira' }),
    ];
    const before = await everything();
    const rehearsed = await apply(documents, { dryRun: true });
    expect(await everything()).toEqual(before);
    expect(rehearsed.body.applied).toBe(false);
    expect(rehearsed.body.items).toMatchObject([{ id: null }, { id: null }, { id: null }]);
    expect(rehearsed.text).not.toContain('tieline_ck_');
    expect(actionsOf(rehearsed)).toEqual(actionsOf(await apply(documents)));
  });

  it('that fails somewhere does nothing at all, and names the document and the place in it', async () => {
    const scope = newScope();
    const before = await everything();
    const answer = await apply([
      secret(scope, 'there'),
      connection(scope, 'good', 'there'),
      connection(scope, 'bad', 'not-there'),
    ]);
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'reference-not-found',
        detail: `Connection "bad" in ${scope}: There is no secret "not-there" seen from the scope ${scope}`,
        errors: [{ path: 'documents.2' }],
      },
    });
    expect(await everything()).toEqual(before);
  });

  it('waits for no test of what it saves, which is tested soon after', async () => {
    const scope = newScope();
    const closed = connection(scope, 'jira', 't');
    closed.spec.settings.baseUrl = 'http://127.0.0.1:9';
    const { body } = await apply([secret(scope, 't'), closed]);
    expect(body.items).toMatchObject([{ action: 'create' }, { action: 'create' }]);
    await vi.waitFor(async () => {
      const { status, lastTest } = await call(`/api/v1/connections/${body.items[1].id}`);
      expect(status).toBe('failed');
      expect(lastTest.capabilities[0].code).toBe('address-denied');
    });
  });

  it('twice at once makes everything once', async () => {
    const scope = newScope();
    const documents = [
      secret(scope, 't'),
      connection(scope, 'jira', 't'),
      key(scope, 'k', { connection: 'jira' }),
    ];
    const [one, other] = await Promise.all([apply(documents), apply(documents)]);
    expect([one.status, other.status]).toEqual([200, 200]);
    const { rows } = await hub.database.pool.query(
      `select from connect_keys join connections on connections.id = connection_id where scope = $1`,
      [scope],
    );
    expect(rows).toHaveLength(1);
  });
});

describe('a secret', () => {
  it('without a value is needed, and the connection that uses it is planned all the same', async () => {
    const scope = newScope();
    const documents = [secret(scope, 'empty', {}), connection(scope, 'jira', 'empty')];
    expect(actionsOf(await apply(documents, { dryRun: true }))).toEqual([
      `needs-value Secret ${scope}/empty`,
      `create Connection ${scope}/jira`,
    ]);
    expect(await apply(documents)).toMatchObject({
      status: 422,
      body: { code: 'value-missing', errors: [{ path: 'documents.0' }] },
    });
    await hub.call('POST', '/api/v1/secrets', { scope, name: 'empty', value: 'x' });
    expect(actionsOf(await apply(documents))[0]).toBe(`unchanged Secret ${scope}/empty`);
  });

  it('gets a new version when its value is another, and nowhere shows it', async () => {
    const scope = newScope();
    const value = (text: string) => [secret(scope, 'token', { value: text, usageScopes: [`${scope}/shop`] })];
    await apply(value('first clear text'));
    const answer = await apply(value('second clear text'));
    expect(answer.body.items).toMatchObject([{ action: 'update', changes: [{ path: 'spec.value' }] }]);
    expect(await call(`/api/v1/secrets/${answer.body.items[0].id}`)).toMatchObject({ version: 2 });
    expect(actionsOf(await apply(value('second clear text')))).toEqual([`unchanged Secret ${scope}/token`]);
    const exported = await hub.call('GET', '/api/v1/export');
    for (const text of [answer.text, exported.text, await hub.dump(), hub.log.join('\n')]) {
      expect(text).not.toMatch(/clear text/);
    }
  });

  it('that is a file stays one', async () => {
    const scope = newScope();
    const file = { file: { name: 'client.key', content: Buffer.from('a key').toString('base64') } };
    expect(actionsOf(await apply([secret(scope, 'key', file)]))).toEqual([`create Secret ${scope}/key`]);
    expect(actionsOf(await apply([secret(scope, 'key', file)]))).toEqual([`unchanged Secret ${scope}/key`]);
    expect(await apply([secret(scope, 'key', { value: 'a text' })])).toMatchObject({
      status: 400,
      body: { code: 'request-invalid', errors: [{ path: 'documents.0.spec.type' }] },
    });
  });
});

describe('a connect key', () => {
  it('takes other rules, is the rotated one after a rotation, and is found by its connection', async () => {
    const scope = newScope();
    await apply([secret(scope, 't'), connection(scope, 'jira', 't')]);
    const below = (spec: object) => ({
      ...key(`${scope}/shop`, 'k', { connection: 'org.jira', ...spec }),
      labels: { team: 'shop' },
    });
    const first = (await apply([below({})])).body.items[0];
    expect(first).toMatchObject({ action: 'create', scope });
    const rules = { environments: ['Production'], expiresAt: '2040-01-01T01:00:00+01:00' };
    const second = (await apply([below(rules)])).body.items[0];
    expect(second).toMatchObject({
      action: 'update',
      id: first.id,
      changes: [
        { path: 'spec.environments', before: null, after: ['Production'] },
        { path: 'spec.expiresAt', before: null, after: '2040-01-01T00:00:00.000Z' },
      ],
    });
    expect(second).not.toHaveProperty('key');
    expect(await call(`/api/v1/connect-keys/${first.id}`)).toMatchObject({
      environments: ['Production'],
      projects: null,
    });
    await apply([below({})]);
    const rotated = await hub.call('POST', `/api/v1/connect-keys/${first.id}/rotate`, {
      overlapSeconds: 600,
    });
    expect((await apply([below({})])).body.items[0]).toMatchObject({
      action: 'unchanged',
      id: rotated.body.id,
    });
  });

  it('that would have ended already is not made', async () => {
    const scope = newScope();
    const documents = [
      secret(scope, 't'),
      connection(scope, 'jira', 't'),
      key(scope, 'k', { connection: 'jira', expiresAt: '2020-01-01T00:00:00Z' }),
    ];
    expect(await apply(documents)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'documents.2.spec.expiresAt' }] },
    });
  });
});

describe('who may do what', () => {
  const account = (scope: string, name: string, roles: object[]) => ({
    kind: 'ServiceAccount',
    scope,
    name,
    spec: { roles },
  });
  const role = (scope: string, name: string, wanted: string) => ({
    kind: 'Role',
    scope,
    name,
    spec: { role: wanted },
  });

  it('is in files: service accounts, roles of users, roles of groups', async () => {
    const scope = newScope();
    const email = `ada${count}@example.com`;
    await hub.call('POST', '/api/v1/users', { name: 'Ada', email });
    const documents = (level: string) => [
      account(scope, 'robot', [
        { scope: `${scope}/shop`, role: level },
        { scope, role: 'viewer' },
      ]),
      role(scope, email.toUpperCase(), level),
      { kind: 'GroupRole', scope, name: 'developers', spec: { role: level } },
    ];
    const title = [
      `ServiceAccount ${scope}/robot`,
      `Role ${scope}/${email}`,
      `GroupRole ${scope}/developers`,
    ];
    expect(actionsOf(await apply(documents('editor')))).toEqual(title.map((one) => `create ${one}`));
    expect(actionsOf(await apply(documents('editor')))).toEqual(title.map((one) => `unchanged ${one}`));
    expect(actionsOf(await apply(documents('operator')))).toEqual(title.map((one) => `update ${one}`));
    expect(await call(`/api/v1/users/${email}`)).toMatchObject({ roles: [{ scope, role: 'operator' }] });
    const off = [{ ...account(scope, 'robot', []), spec: { disabled: true } }];
    expect((await apply(off)).body.items[0].changes).toMatchObject([
      { path: 'spec.roles', after: [] },
      { path: 'spec.disabled', after: true },
    ]);
  });

  it.each([
    ['a secret', 'editor', secret('account', 'x')],
    ['a connection', 'editor', connection('account', 'x', 'y')],
    ['a service account', 'administrator', account('account', 'x', [])],
    ['a role', 'administrator', role('account', 'ada@example.com', 'viewer')],
    ['a group’s role', 'administrator', { kind: 'GroupRole', name: 'x', spec: { role: 'viewer' } }],
  ])('%s needs the role %s in its scope', async (_what, needed, document) => {
    const token = await hub.makeToken(needed === 'editor' ? 'operator' : 'editor');
    for (const dryRun of [true, false]) {
      expect(await apply([document], { dryRun }, token)).toMatchObject({
        status: 403,
        body: {
          code: 'permission-missing',
          detail: expect.stringContaining(`needs the role ${needed} in account`),
          errors: [{ path: 'documents.0' }],
        },
      });
    }
  });

  it('self-service takes an administrator, a proxy one of the account', async () => {
    const scope = newScope();
    const editor = await hub.makeToken('editor', scope);
    await apply([secret(scope, 't')]);
    const open = connection(scope, 'jira', 't', { selfService: true });
    expect((await apply([open], {}, editor)).body.code).toBe('permission-missing');
    const proxied = connection(scope, 'jira', 't');
    Object.assign(proxied.spec.settings, { proxy: { url: 'http://proxy.example.com:3128' } });
    expect((await apply([proxied], {}, editor)).body.code).toBe('permission-missing');
    expect((await apply([connection(scope, 'jira', 't')], {}, editor)).status).toBe(200);
  });

  it('an export holds what its reader may see', async () => {
    const scope = newScope();
    await apply([secret(scope, 't'), connection(scope, 'jira', 't'), account(scope, 'robot', [])]);
    const kindsFor = async (roleName: string, where: string): Promise<string[]> => {
      const token = await hub.makeToken(roleName, where);
      const { body } = await hub.call('GET', '/api/v1/export', undefined, token);
      return body.documents.map(({ kind }: { kind: string }) => kind);
    };
    expect(await kindsFor('administrator', scope)).toEqual(['Secret', 'Connection', 'ServiceAccount']);
    expect(await kindsFor('viewer', scope)).toEqual(['Secret', 'Connection']);
    expect(await kindsFor('viewer', `${scope}/shop`)).toEqual([]);
    const elsewhere = await hub.makeToken('viewer', 'elsewhere');
    expect((await hub.call('GET', `/api/v1/export?scope=${scope}`, undefined, elsewhere)).status).toBe(403);
  });
});

describe('labels', () => {
  const labelled = (document: Given, team: string) => ({ ...document, labels: { team } });

  it('are kept, changed and exported', async () => {
    const scope = newScope();
    await apply([labelled(secret(scope, 'a'), 'shop')]);
    expect((await apply([labelled(secret(scope, 'a'), 'web')])).body.items).toMatchObject([
      { action: 'update', changes: [{ path: 'labels.team', before: 'shop', after: 'web' }] },
    ]);
    const { documents } = await call(`/api/v1/export?scope=${scope}`);
    expect(documents).toMatchObject([{ labels: { team: 'web' } }]);
  });

  it('say what may be pruned, and nothing else is', async () => {
    const scope = newScope();
    const documents = [
      labelled(secret(scope, 't'), scope),
      labelled(connection(scope, 'jira', 't'), scope),
      labelled(key(scope, 'k', { connection: 'jira' }), scope),
      secret(scope, 'of nobody'),
      labelled(secret(scope, 'of others'), 'others'),
    ];
    await apply(documents);
    const kept = labelled(secret(scope, 'kept'), scope);
    const pruned = { prune: { label: `team=${scope}` } };
    const due = [
      `create Secret ${scope}/kept`,
      `delete ConnectKey ${scope}/k`,
      `delete Connection ${scope}/jira`,
      `delete Secret ${scope}/t`,
    ];
    expect(actionsOf(await apply([kept], { ...pruned, dryRun: true }))).toEqual(due);
    expect(actionsOf(await apply([kept], pruned))).toEqual(due);
    const { documents: left } = await call(`/api/v1/export?scope=${scope}`);
    expect(left.map(({ name }: Given) => name)).toEqual(['kept', 'of nobody', 'of others']);
    expect(actionsOf(await apply([kept], pruned))).toEqual([`unchanged Secret ${scope}/kept`]);
  });

  it('prune nothing that is in use elsewhere, and say where', async () => {
    const scope = newScope();
    await apply([labelled(secret(scope, 't'), scope), connection(scope, 'jira', 't')]);
    expect(await apply([], { prune: { label: `team=${scope}` } })).toMatchObject({
      status: 409,
      body: { code: 'resource-in-use', detail: expect.stringContaining('the connection "jira"') },
    });
  });

  it('prune only where the caller may delete', async () => {
    const scope = newScope();
    await apply([labelled(secret(scope, 't'), scope)]);
    const viewer = await hub.makeToken('viewer', scope);
    const stranger = await hub.makeToken('editor', 'elsewhere');
    const pruned = { prune: { label: `team=${scope}` } };
    expect((await apply([], pruned, viewer)).status).toBe(403);
    expect((await apply([], pruned, stranger)).body.items).toEqual([]);
    expect(actionsOf(await apply([], pruned))).toEqual([`delete Secret ${scope}/t`]);
  });
});

describe('wrong documents', () => {
  const bad = (document: Given, path: string, message: string): [Given, string, string] => [
    document,
    path,
    message,
  ];
  it.each([
    bad({ name: 'x', spec: {} }, 'kind', 'must be one of Secret, Connection'),
    bad({ kind: 'Conection', name: 'x', spec: {} }, 'kind', 'must be one of'),
    bad({ kind: 'Secret', spec: {} }, 'name', 'must be a text'),
    bad({ kind: 'Secret', name: 'env:X', spec: {} }, 'name', 'must not begin with env:'),
    bad({ kind: 'Secret', name: 'x' }, 'spec', 'is missing'),
    bad({ kind: 'Secret', name: 'x', scope: 'a/b/c', spec: {} }, 'scope', 'expected "account"'),
    bad({ kind: 'Secret', name: 'x', sope: 'acme', spec: {} }, 'sope', 'is no field that is known here'),
    bad({ kind: 'Secret', name: 'x', labels: { 'a b': 'c' }, spec: {} }, 'labels.a b', 'Invalid key'),
    bad(secret('account', 'x', { valeu: 'x' }), 'spec.valeu', 'is no field that is known here'),
    bad(secret('account', 'x', { valueFrom: { env: 'X' } }), 'spec.valueFrom', 'tieline apply'),
    bad(secret('acme', 'x', { usageScopes: ['other'] }), 'spec.usageScopes', 'not within'),
    bad(
      { kind: 'Connection', name: 'x', spec: { connector: 'jra', settings: {} } },
      'spec.connector',
      'jira',
    ),
    bad(
      {
        kind: 'Connection',
        name: 'x',
        spec: { connector: 'jira', settings: { baseUrl: 'jira.example.com' } },
      },
      'spec.settings.baseUrl',
      'https://jira.example.com',
    ),
    bad(key('account', 'x', { connection: 'y', projects: ['shop'] }), 'spec.projects.0', 'project key'),
    bad({ kind: 'Role', name: 'ada', spec: { role: 'editor' } }, 'name', 'e-mail address'),
    bad(
      { kind: 'ServiceAccount', name: 'x', scope: 'acme', spec: { roles: [{ scope: 'b', role: 'viewer' }] } },
      'spec.roles.0.scope',
      'must be acme or below it',
    ),
  ])('%j is refused at %s: %s', async (document, path, message) => {
    const answer = await apply([secret('account', 'good'), document]);
    expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
    expect(answer.body.errors).toContainEqual({
      path: `documents.1.${path}`,
      message: expect.stringContaining(message),
    });
  });

  it('are all named at once', async () => {
    const { body } = await apply([{ kind: 'x' }, secret('account', 'x', { a: 1, b: 2 })]);
    expect(body.detail).toBe('2 documents are not valid');
    expect(body.errors.length).toBeGreaterThanOrEqual(4);
  });

  it('two of one resource are refused, naming both', async () => {
    const scope = newScope();
    const { body } = await apply([secret(scope, 'twice'), secret(scope, 'other'), secret(scope, 'TWICE')]);
    expect(body.code).toBe('request-invalid');
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'documents.0.name',
      'documents.2.name',
    ]);
  });

  it('that refer to each other in a circle are refused', async () => {
    const scope = newScope();
    const vault = (name: string, other: string) => ({
      kind: 'Connection',
      scope,
      name,
      spec: {
        connector: 'vault',
        settings: {
          address: 'https://vault.example.com',
          auth: { type: 'token', token: { secret: `vault:${other}:secret/x#y` } },
        },
      },
    });
    const { body } = await apply([vault('a', 'b'), vault('b', 'a')]);
    expect(body.detail).toContain(
      `in a circle: Connection "a" in ${scope} → Connection "b" in ${scope} → Connection "a" in ${scope}`,
    );
  });

  it('may be 10 MiB together', async () => {
    const long = 'x'.repeat(11 * 1024 * 1024);
    expect(await apply([secret('account', 'x', { description: long })])).toMatchObject({
      status: 413,
      body: { code: 'body-too-large' },
    });
  });
});
