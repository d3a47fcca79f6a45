import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';
import { readConfig } from '../../config.ts';
import { TielineError } from '../../kit/errors.ts';
import { startVaultSimulator, type VaultSimulator } from '../../simulators/vault/index.ts';
import { build } from '../ci-reports/fixtures/reports.ts';
import { parseReference } from './reference.ts';

describe('a reference as it is written', () => {
  it.each<[string, object]>([
    ['jira-token', { kind: 'named', name: 'jira-token' }],
    ['account.x', { kind: 'named', name: 'account.x' }],
    ['env:TIELINE_SECRET_X', { kind: 'env', variable: 'TIELINE_SECRET_X' }],
    ['file:/run/secrets/x', { kind: 'file', path: '/run/secrets/x' }],
    [
      'vault:account.v:secret/a/b#c',
      { kind: 'vault', connection: 'account.v', path: 'secret/a/b', field: 'c' },
    ],
    ['vault:v:/secret/a#b#c', { kind: 'vault', connection: 'v', path: 'secret/a', field: 'b#c' }],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  it.each([
    'env:',
    'env:A B',
    'env:1A',
    'file:x',
    'file:',
    'file:/a\0b',
    'vault:',
    'vault:v',
    'vault:v:secret#x',
    'vault:v:secret/a',
    'vault:v:secret/../sys#x',
    'vault:v:secret//a#x',
    'vault::secret/a#x',
  ])('%j is refused', (text) => {
    expect(() => parseReference(text)).toThrow(TielineError);
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'env:', 'file:', 'vault:'), fc.string(), (prefix, rest) => {
        try {
          const { kind } = parseReference(prefix + rest);
          expect(kind === 'named').toBe(!/^(env|file|vault):/.test(prefix + rest));
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'request-invalid' });
        }
      }),
    );
  });
});

describe('a secret that is kept outside', () => {
  let hub: TestHubWithJira;
  let vault: VaultSimulator;
  let folder: string;
  let clientSecret: string;
  let clock = Date.now();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tieline-references-'));
    const { machineSecrets: machine } = readConfig({
      TIELINE_SECRET_FILES: folder,
      TIELINE_SECRET_CLIENT: 'in-the-environment',
    });
    hub = await startTestHubWithJira({ machine, now: () => new Date(clock) });
    vault = await startVaultSimulator();
    clientSecret = hub.simulator.clients[0]?.clientSecret ?? '';
  });
  afterAll(async () => {
    await hub.close();
    await vault.close();
    await rm(folder, { recursive: true });
  });

  let count = 0;
  const connect = async (reference: string, more: object = {}, token?: string) => {
    const { devops, ...settings } = await hub.jiraSettings();
    count += 1;
    const body = {
      name: `c${count}`,
      connector: 'jira',
      settings: { ...settings, devops: { ...(devops as object), clientSecret: { secret: reference } } },
      ...more,
    };
    return hub.call('POST', '/api/v1/connections', body, token);
  };
  const connectVault = (name: string, more: object = {}) =>
    hub.call('POST', '/api/v1/connections', {
      name,
      connector: 'vault',
      settings: {
        address: vault.url,
        auth: { type: 'token', token: { secret: `file:${folder}/vault-token` } },
        allowAddresses: ['127.0.0.1/32'],
      },
      ...more,
    });
  /** What the test of the connection said of builds, which need the client's secret. */
  const buildsOf = async (id: string) => {
    const { body } = await hub.call('POST', `/api/v1/connections/${id}/test`, {});
    return body.capabilities.find(({ capability }: { capability: string }) => capability === 'builds')?.state;
  };

  it('in a file is read at each use, so that a new value needs no start', async () => {
    const path = join(folder, 'client');
    await writeFile(path, `${clientSecret}\n`);
    const made = await connect(`file:${path}`);
    expect(made).toMatchObject({ status: 201, body: { status: 'passed' } });
    await writeFile(path, 'another');
    expect(await buildsOf(made.body.id)).toBe('refused');
    await writeFile(path, clientSecret);
    expect(await buildsOf(made.body.id)).toBe('ok');
    expect(made.text + hub.log.join('')).not.toContain(clientSecret);
  });

  it('in a file is seen anew by a client that runs', async () => {
    const path = join(folder, 'running');
    await writeFile(path, clientSecret);
    const { body } = await connect(`file:${path}`);
    const key = await hub.makeKey(body.id);
    const report = async () => {
      const { body: taken } = await hub.call('POST', '/api/v1/builds', build(), key);
      return (await hub.call('GET', `/api/v1/deliveries/${taken.delivery}?wait=10`)).body;
    };
    expect(await report()).toMatchObject({ state: 'delivered' });
    await writeFile(path, 'another');
    const { body: held } = await hub.call('POST', '/api/v1/builds', build(), key);
    await expect
      .poll(async () => (await hub.call('GET', `/api/v1/connections/${body.id}`)).body.status)
      .toBe('held');
    await writeFile(path, clientSecret);
    await hub.call('POST', `/api/v1/connections/${body.id}/test`, {});
    expect((await hub.call('GET', `/api/v1/deliveries/${held.delivery}?wait=10`)).body.state).toBe(
      'delivered',
    );
  });

  it('in the hub’s machine is for the account, and for its administrators', async () => {
    const editor = await hub.makeToken('editor');
    expect(await connect('env:TIELINE_SECRET_CLIENT', { saveFailing: true })).toMatchObject({ status: 201 });
    const own = { allowAddresses: undefined };
    const settings = {
      baseUrl: 'https://jira.example.com',
      devops: { clientId: 'c', clientSecret: { secret: 'env:TIELINE_SECRET_CLIENT' } },
      ...own,
    };
    const refused = await connect('', { settings, saveFailing: true }, editor);
    expect(refused).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
    expect(await connect('env:TIELINE_SECRET_CLIENT', { scope: 'acme', saveFailing: true })).toMatchObject({
      status: 422,
      body: { code: 'reference-out-of-scope', detail: expect.stringContaining('in the account only') },
    });
    expect(await connect('env:PATH', { saveFailing: true })).toMatchObject({
      status: 422,
      body: { code: 'reference-out-of-scope' },
    });
    expect((await connect('file:/etc/passwd', { saveFailing: true })).body.code).toBe(
      'reference-out-of-scope',
    );
    expect((await connect('env:TIELINE_SECRET_NONE', { saveFailing: true })).body).toMatchObject({
      code: 'reference-not-found',
    });
  });

  it('in Vault is read through a connection, and a new value there is taken within a minute', async () => {
    await writeFile(join(folder, 'vault-token'), vault.rootToken);
    vault.write('ci/jira', { secret: clientSecret });
    expect(await connectVault('hashi')).toMatchObject({
      status: 201,
      body: { status: 'passed', lastTest: { product: 'HashiCorp Vault 1.19.5' } },
    });
    const made = await connect('vault:account.hashi:secret/ci/jira#secret', { scope: 'acme' });
    expect(made).toMatchObject({ status: 201, body: { status: 'passed', usageScope: ['acme'] } });
    const reads = () => vault.requests.filter((line) => line.includes('/data/ci/jira')).length;
    const before = reads();
    expect([await buildsOf(made.body.id), reads()]).toEqual(['ok', before]);
    vault.write('ci/jira', { secret: 'another' });
    clock += 61_000;
    expect(await buildsOf(made.body.id)).toBe('refused');
    vault.write('ci/jira', { secret: clientSecret });
    clock += 61_000;
    expect(await buildsOf(made.body.id)).toBe('ok');
    expect(made.text + hub.log.join('') + (await hub.dump())).not.toContain(clientSecret);
  });

  it('in Vault is not read through what is no vault, what is not there, what may not be used there', async () => {
    await connectVault('narrow', { usageScopes: ['other'] });
    const told = async (reference: string, more: object = {}) => {
      const { body } = await connect(reference, { saveFailing: true, ...more });
      return `${body.code}: ${body.detail}`;
    };
    expect(await told('vault:nobody:secret/a#b')).toMatch(
      /^reference-not-found: There is no connection "nobody"/,
    );
    expect(await told('vault:c1:secret/a#b')).toMatch(
      /^request-invalid: The connection "c1" reads no secrets/,
    );
    expect(await told('vault:account.narrow:secret/a#b', { scope: 'acme' })).toMatch(
      /^reference-out-of-scope: The connection "narrow" may be used in other only, but what uses it may be used in acme/,
    );
    const self = {
      connector: 'vault',
      settings: { address: vault.url, auth: { type: 'token', token: { secret: 'vault:hashi:secret/a#b' } } },
    };
    expect(await told('', self)).toMatch(/^request-invalid: .* cannot be opened by another one/);
  });

  it('keeps the connection to Vault from being deleted, and says where it is used', async () => {
    const { body } = await hub.call('GET', '/api/v1/connections/hashi');
    expect(await hub.call('DELETE', `/api/v1/connections/${body.id}`)).toMatchObject({
      status: 409,
      body: {
        code: 'resource-in-use',
        detail: expect.stringMatching(
          /"hashi" is used by the connection "c\d+" in acme \(devops.clientSecret\)/,
        ),
      },
    });
  });
});

describe('the value of a secret', () => {
  let hub: TestHubWithJira;
  beforeAll(async () => {
    hub = await startTestHubWithJira();
  });
  afterAll(() => hub.close());

  it('when it is new is taken by the client that runs, and by no other one', async () => {
    const named = async (name: string, value: string) =>
      (await hub.call('POST', '/api/v1/secrets', { name, value })).body.id;
    const [client] = hub.simulator.clients;
    const own = await named('own', client?.clientSecret ?? '');
    const foreign = await named('foreign', 'x');
    const { devops, ...settings } = await hub.jiraSettings();
    const { body } = await hub.call('POST', '/api/v1/connections', {
      name: 'jira',
      connector: 'jira',
      settings: { ...settings, devops: { ...(devops as object), clientSecret: { secret: 'own' } } },
    });
    const key = await hub.makeKey(body.id);
    /** How often the site was asked for its cloud id: a client does so once. */
    const asked = () =>
      hub.simulator.state.requests.filter(({ path }) => path.includes('tenant_info')).length;
    const report = async () => {
      const { body: taken } = await hub.call('POST', '/api/v1/builds', build(), key);
      const end = await hub.call('GET', `/api/v1/deliveries/${taken.delivery}?wait=10`);
      return [end.body.state, asked()];
    };
    const [, first] = await report();
    await hub.call('PUT', `/api/v1/secrets/${foreign}/value`, { value: 'y' });
    expect(await report()).toEqual(['delivered', first]);
    await hub.call('PUT', `/api/v1/secrets/${own}/value`, { value: client?.clientSecret });
    expect(await report()).toEqual(['delivered', Number(first) + 1]);
  });

  it('belongs to a name that stays while it is referred to, and says where', async () => {
    const { body } = await hub.call('GET', '/api/v1/secrets');
    const { id } = body.items.find(({ name }: { name: string }) => name === 'own');
    const rename = (name: string) =>
      hub.call('PUT', `/api/v1/secrets/${id}`, { name, description: 'd', usageScopes: ['account'] });
    expect(await rename('other name')).toMatchObject({ status: 409, body: { code: 'resource-in-use' } });
    expect(await rename('OWN')).toMatchObject({ status: 200, body: { name: 'OWN', description: 'd' } });
    expect((await hub.call('GET', `/api/v1/secrets/${id}/uses`)).body.items).toMatchObject([
      { kind: 'connection', name: 'jira', scope: 'account', path: 'devops.clientSecret' },
    ]);
    const foreign = body.items.find(({ name }: { name: string }) => name === 'foreign').id;
    const renamed = { name: 'renamed', description: '', usageScopes: ['account'] };
    expect((await hub.call('PUT', `/api/v1/secrets/${foreign}`, renamed)).body.name).toBe('renamed');
  });
});
