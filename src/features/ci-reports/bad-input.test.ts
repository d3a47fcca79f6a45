import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../test/hub.ts';

let hub: TestHub;
let key: string;
beforeAll(async () => {
  hub = await startTestHub();
  await hub.call('POST', '/api/v1/secrets', { name: 's', value: 'x' });
  const settings = {
    baseUrl: 'https://jira.example.com',
    devops: { clientId: 'c', clientSecret: { secret: 's' } },
  };
  const { body } = await hub.call('POST', '/api/v1/connections', {
    name: 'jira',
    connector: 'jira',
    settings,
    saveFailing: true,
  });
  key = await hub.makeKey(body.id);
});
/** Whatever was posted in this file: nothing of it is stored. */
afterAll(async () => {
  const counts: Record<string, number> = {};
  const tables = ['deliveries', 'delivery_bodies', 'dedupe_keys', 'entity_sequences', 'graphile_worker.jobs'];
  for (const table of tables) {
    const { rows } = await hub.database.pool.query(`select count(*) as count from ${table}`);
    counts[table] = rows[0].count;
  }
  await hub.close();
  expect(counts).toEqual(Object.fromEntries(tables.map((table) => [table, 0])));
});

const build = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  pipelineId: 'shop',
  buildNumber: 7,
  displayName: 'Shop',
  url: 'https://ci.example.com/shop/7',
  state: 'successful',
  lastUpdated: '2026-11-20T10:00:00Z',
  issueKeys: ['MYT-1'],
  references: [{ commit: { id: 'abc', repositoryUrl: 'https://code.example.com/shop' } }],
  testInfo: { total: 3, passed: 1, failed: 1, skipped: 1 },
};
const deployment = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  pipeline: { id: 'shop', displayName: 'Shop', url: 'https://ci.example.com/shop' },
  deploymentNumber: 7,
  displayName: 'Shop 7',
  url: 'https://ci.example.com/shop/7',
  state: 'rolled_back',
  lastUpdated: '2026-11-20T10:00:00Z',
  issueKeys: ['MYT-1'],
  environment: { id: 'prod', displayName: 'Production', type: 'production' },
  commit: { id: 'abc', repositoryUrl: 'https://code.example.com/shop' },
  duration: 60,
};
type Change = [path: string, value: unknown];

/** The report with the value at the path; undefined leaves the field out. */
function changed(report: object, [path, value]: Change): object {
  const copy = structuredClone(report);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const place = names.reduce<object>(
    (at, name) => Object.entries(at).find(([own]) => own === name)?.[1],
    copy,
  );
  Object.assign(place, { [last]: value });
  return copy;
}

const notTexts = [7, null, {}, [], true];
const notNumbers = ['7', null, -1, 1.5, 2 ** 53, {}];
const unstorable = ['a\0b', '\ud83d'];
const notAddresses = [
  '',
  'shop/7',
  'javascript:alert(1)',
  'ftp://a.example',
  `https://a.example/${'x'.repeat(2_000)}`,
];
const notTimes = [
  '',
  'today',
  '2026-11-20',
  '2026-11-20T10:00:00',
  '2026-02-30T10:00:00Z',
  '0000-01-01T00:00:00Z',
  7,
];
const notKeys = [
  ['MYT'],
  ['MYT-0'],
  ['-1'],
  ['MYT-1 '],
  [''],
  [7],
  'MYT-1',
  {},
  null,
  Array(501).fill('MYT-1'),
];
const each = (path: string, values: readonly unknown[]): Change[] => values.map((value) => [path, value]);

const common: Change[] = [
  ...each('id', ['', 'seven', 7, null]),
  ...each('instance', [7, 'a b', 'ftp://jira', 'https://me:pw@jira.example.com']),
  ...each('displayName', [...notTexts, '', undefined, ...unstorable, 'x'.repeat(32_001)]),
  ...each('description', [...notTexts, ...unstorable]),
  ...each('label', [...notTexts, ...unstorable]),
  ...each('url', [...notTexts, undefined, ...notAddresses]),
  ...each('state', [...notTexts, undefined, 'SUCCESS', '']),
  ...each('lastUpdated', [...notTexts, undefined, ...notTimes]),
  ...each('issueKeys', [...notKeys, undefined, []]),
  ...each('colour', ['red', null]),
  ...each('updateSequenceNumber', [7]),
];
const ofBuilds: Change[] = [
  ...each('pipelineId', [...notTexts, '', undefined, 'x'.repeat(256), ...unstorable]),
  ...each('buildNumber', [...notNumbers, undefined]),
  ...each('state', ['rolled_back']),
  ...each('references', [
    'x',
    {},
    [{}],
    [7],
    Array(21).fill({ ref: { name: 'a', url: 'https://a.example' } }),
  ]),
  ...each('references.0.commit.id', [...notTexts, '', 'x'.repeat(256)]),
  ...each('references.0.commit.repositoryUrl', notAddresses),
  ...each('references.0.colour', ['red']),
  ...each('testInfo', ['x', 7, null]),
  ...each('testInfo.total', [...notNumbers, undefined]),
  ...each('testInfo.colour', ['red']),
];
const ofDeployments: Change[] = [
  ...each('deploymentNumber', [...notNumbers, undefined]),
  ...each('pipeline', ['x', null, undefined]),
  ...each('pipeline.id', [...notTexts, '', undefined]),
  ...each('pipeline.url', notAddresses),
  ...each('pipeline.colour', ['red']),
  ...each('environment', ['x', null, undefined]),
  ...each('environment.displayName', [...notTexts, '', undefined]),
  ...each('environment.type', ['prod', 7, null]),
  ...each('commit', ['abc', {}, null]),
  ...each('commit.repositoryUrl', notAddresses),
  ...each('services', ['x', [''], [7], Array(101).fill('a')]),
  ...each('duration', notNumbers),
];

const show = (value: unknown) => String(JSON.stringify(value)).slice(0, 40);

describe.each([
  ['/api/v1/builds', build, [...common, ...ofBuilds]],
  ['/api/v1/deployments', deployment, [...common, ...ofDeployments]],
] as const)('a report to %s', (path, report, changes) => {
  it.each(changes.map(([field, value]) => [field, show(value), value] as const))(
    'with %s = %s is refused with the path of the field',
    async (field, _shown, value) => {
      const { status, body, headers } = await hub.call('POST', path, changed(report, [field, value]), key);
      expect([status, body.code]).toEqual([400, 'request-invalid']);
      expect(headers['content-type']).toContain('application/problem+json');
      const paths: string[] = body.errors.map((error: { path: string }) => error.path);
      expect(paths.filter((one) => one === field || one.startsWith(`${field}.`))).not.toEqual([]);
    },
  );

  it.each([['[]'], ['null'], ['"text"'], ['7'], ['{}']])('whose body is %s is refused', async (payload) => {
    const answer = await hub.send(path, payload, 'application/json', key);
    expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
  });

  it.each([['{'], [''], ['not json'], ["{'a':1}"], ['{"a":1}{'], ['{"__proto__":{"a":1}}']])(
    'whose body is no JSON, %j, is told so',
    async (payload) => {
      const answer = await hub.send(path, payload, 'application/json', key);
      expect(answer).toMatchObject({ status: 400, body: { code: 'json-invalid' } });
    },
  );

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/xml'], ['nonsense']])(
    'of the type %s is refused',
    async (type) => {
      const answer = await hub.send(path, JSON.stringify(report), type, key);
      expect(answer).toMatchObject({ status: 415, body: { code: 'media-type-unsupported' } });
    },
  );

  it('of more than a megabyte is refused', async () => {
    const payload = JSON.stringify({ ...report, description: 'x'.repeat(1024 * 1024) });
    const answer = await hub.send(path, payload, 'application/json', key);
    expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
  });

  it('with a key that does not count is refused before its body is looked at', async () => {
    const answer = await hub.send(path, '{', 'application/json', 'tieline_ck_nonsense');
    expect(answer).toMatchObject({ status: 401, body: { code: 'credentials-invalid' } });
  });
});
