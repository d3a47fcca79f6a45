import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { buildStates, deploymentStates, environmentTypes } from '../kit/jira.ts';
import { buildReport, deploymentReport } from './schema.ts';
import { type BuildReport, type DeploymentReport, reportLimits, toWire } from './wire.ts';

const build = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  pipelineId: 'p1',
  buildNumber: 7,
  displayName: 'p1',
  url: 'https://ci.example.com/7',
  state: 'successful',
  lastUpdated: '2026-01-14T11:10:00+01:00',
  issueKeys: ['myt-1'],
};

const deployment = {
  id: build.id,
  pipeline: { id: 'p1', displayName: 'p1', url: build.url },
  deploymentNumber: 7,
  displayName: 'p1 #7',
  url: build.url,
  state: 'rolled_back',
  lastUpdated: '2026-01-14T10:10:00Z',
  issueKeys: ['MYT-1'],
  environment: { id: 'prod', displayName: 'Prod', type: 'production' },
};

test('a key is upper-cased, a time is a moment', () => {
  expect(buildReport.parse(build)).toMatchObject({
    issueKeys: ['MYT-1'],
    lastUpdated: new Date('2026-01-14T10:10:00Z'),
  });
});

test('a deployment may name a service instead of an issue', () => {
  expect(deploymentReport.safeParse({ ...deployment, issueKeys: [], services: ['s1'] }).success).toBe(true);
  expect(deploymentReport.safeParse({ ...deployment, issueKeys: [] }).error?.issues[0]?.path).toEqual([
    'issueKeys',
  ]);
  expect(deploymentReport.safeParse({ ...deployment, issueKeys: [], services: [] }).success).toBe(false);
});

test('a decision is asked for before a deployment of services starts', () => {
  const gate = { ...deployment, gate: true, state: 'pending', services: ['s1'] };
  expect(faults(deploymentReport, gate)).toBeUndefined();
  expect(faults(deploymentReport, { ...gate, services: [] })).toEqual(['services']);
  expect(faults(deploymentReport, { ...gate, services: undefined })).toEqual(['services']);
  expect(faults(deploymentReport, { ...gate, state: 'in_progress' })).toEqual(['state']);
  expect(faults(deploymentReport, { ...gate, gate: 'yes' })).toContain('gate');
});

/** Where the schema finds fault. */
const faults = (schema: z.ZodType, body: unknown) =>
  schema.safeParse(body).error?.issues.map((issue) => issue.path.join('.'));

describe('what is wrong is named by its path', () => {
  const long = (count: number) => 'a'.repeat(count);
  test.each<[string, Record<string, unknown>]>([
    ['id', { id: 'seven' }],
    ['instance', { instance: 7 }],
    ['pipelineId', { pipelineId: '' }],
    ['pipelineId', { pipelineId: long(256) }],
    ['pipelineId', { pipelineId: 'a\0b' }],
    ['buildNumber', { buildNumber: -1 }],
    ['buildNumber', { buildNumber: 1.5 }],
    ['buildNumber', { buildNumber: 2 ** 53 }],
    ['buildNumber', { buildNumber: '7' }],
    ['displayName', { displayName: '' }],
    ['description', { description: long(32_001) }],
    ['description', { description: 'a\0b' }],
    ['description', { description: '\uD83D' }],
    ['label', { label: null }],
    ['url', { url: 'build/7' }],
    ['url', { url: 'javascript:alert(1)' }],
    ['url', { url: `https://ci.example.com/${long(2_000)}` }],
    ['state', { state: 'rolled_back' }],
    ['state', { state: 'SUCCESS' }],
    ['lastUpdated', { lastUpdated: '2026-01-14T10:10:00' }],
    ['lastUpdated', { lastUpdated: '2026-02-30T10:10:00Z' }],
    ['lastUpdated', { lastUpdated: 1_768_385_400 }],
    ['lastUpdated', { lastUpdated: '1969-12-31T23:59:59Z' }],
    ['lastUpdated', { lastUpdated: '0000-01-01T00:00:00Z' }],
    ['issueKeys', { issueKeys: [] }],
    ['issueKeys', { issueKeys: Array.from({ length: 501 }, () => 'MYT-1') }],
    ['issueKeys.1', { issueKeys: ['MYT-1', 'MYT-0'] }],
    [
      'references',
      { references: Array.from({ length: 21 }, () => ({ ref: { name: 'a', url: build.url } })) },
    ],
    ['references.0', { references: [{}] }],
    ['references.0.ref.url', { references: [{ ref: { name: 'a', url: '' } }] }],
    ['testInfo.failed', { testInfo: { total: 1, passed: 1, failed: -1, skipped: 0 } }],
    ['', { sequence: 7 }],
  ])('%s of %j', (path, wrong) => {
    expect(faults(buildReport, { ...build, ...wrong })).toContain(path);
  });

  const required = (report: object) => Object.keys(report).filter((name) => name !== 'id');

  test.each(required(build))('a build without %s', (name) => {
    expect(faults(buildReport, { ...build, [name]: undefined })).toEqual([name]);
  });

  test.each(required(deployment))('a deployment without %s', (name) => {
    expect(faults(deploymentReport, { ...deployment, [name]: undefined })).toEqual([name]);
  });

  test('a report without an id is taken: the hub tells reports apart by their content', () => {
    expect(buildReport.safeParse({ ...build, id: undefined }).success).toBe(true);
    expect(deploymentReport.safeParse({ ...deployment, id: undefined }).success).toBe(true);
  });

  test.each([null, 7, 'x', [], [build]])('%j is no report', (body) => {
    expect(faults(buildReport, body)).toEqual(['']);
  });
});

const storable = (maxLength: number, minLength = 0) =>
  fc.string({ unit: 'grapheme', minLength, maxLength }).filter((text) => !text.includes('\0'));
const id = storable(60, 1);
const url = fc.webUrl({ withQueryParameters: true }).filter((text) => text.length <= reportLimits.url);
const issueKey = fc.stringMatching(/^[A-Z][A-Z0-9_]{1,9}-[1-9][0-9]{0,6}$/);
const number = fc.nat();
const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const envelope = { id: fc.uuid(), instance: optional(url) };
const described = {
  displayName: storable(60, 1),
  description: optional(storable(200)),
  label: optional(storable(20)),
  url,
  lastUpdated: moment,
};
const commit = fc.record({ id, repositoryUrl: url });
const ref = fc.record({ name: id, url });
const reference = fc.oneof(fc.record({ commit, ref }), fc.record({ commit }), fc.record({ ref }));

describe('a report comes through as it was', () => {
  const anyBuild: fc.Arbitrary<BuildReport> = fc.record({
    ...envelope,
    ...described,
    pipelineId: id,
    buildNumber: number,
    state: fc.constantFrom(...buildStates),
    issueKeys: fc.array(issueKey, { minLength: 1, maxLength: 10 }),
    references: optional(fc.array(reference, { maxLength: 5 })),
    testInfo: optional(fc.record({ total: number, passed: number, failed: number, skipped: number })),
  });
  const anyDeployment: fc.Arbitrary<DeploymentReport> = fc.record({
    ...envelope,
    ...described,
    pipeline: fc.record({ id, displayName: id, url }),
    deploymentNumber: number,
    state: fc.constantFrom(...deploymentStates),
    issueKeys: fc.array(issueKey, { minLength: 1, maxLength: 10 }),
    services: optional(fc.array(id, { maxLength: 3 })),
    environment: fc.record({ id, displayName: id, type: fc.constantFrom(...environmentTypes) }),
    duration: optional(number),
  });

  test('a build', () => {
    fc.assert(
      fc.property(anyBuild, (report) => {
        expect(buildReport.parse(JSON.parse(JSON.stringify(toWire(report))))).toEqual(report);
      }),
    );
  });

  test('a deployment', () => {
    fc.assert(
      fc.property(anyDeployment, (report) => {
        expect(deploymentReport.parse(JSON.parse(JSON.stringify(toWire(report))))).toEqual(report);
      }),
    );
  });
});

/** Every property that a JSON schema describes, with its path. */
function properties(schema: unknown, path = ''): { path: string; description: unknown }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => {
    if (name !== 'properties') return properties(value, path);
    return Object.entries(value as Record<string, object>).flatMap(([property, inner]) => [
      { path: `${path}/${property}`, description: 'description' in inner ? inner.description : undefined },
      ...properties(inner, `${path}/${property}`),
    ]);
  });
}

test.each([
  ['builds', buildReport],
  ['deployments', deploymentReport],
])('every field of %s has a description in the API page', (_name, schema) => {
  const fields = properties(z.toJSONSchema(schema, { io: 'input' }));
  expect(fields.length).toBeGreaterThan(10);
  expect(fields.filter((field) => typeof field.description !== 'string')).toEqual([]);
});
