import { describe, expect, it } from 'vitest';
import type { Deployment, Sequenced } from '../../kit/jira.ts';
import { prepareDeployment } from './deployment-wire.ts';

const deployment: Sequenced<Deployment> = {
  pipeline: { id: 'shop', displayName: 'Shop pipeline', url: 'https://ci.example.com/shop' },
  deploymentNumber: 42,
  displayName: 'Shop 1.2',
  url: 'https://ci.example.com/shop/42',
  state: 'rolled_back',
  lastUpdated: new Date('2026-11-20T10:11:12.345Z'),
  issueKeys: ['MYT-1'],
  environment: { id: 'us-prod-1', displayName: 'us-prod-1', type: 'production' },
  sequence: 1_790_000_000_000,
};

const wireOf = (changes: Partial<Deployment>) => {
  const prepared = prepareDeployment({ ...deployment, ...changes });
  if (!prepared.ready) throw new Error(prepared.reasons.join());
  return prepared.wire;
};

describe('a deployment on its way to Jira', () => {
  it('says what Jira asks for; the name of the environment stays its own, the description is never missing', () => {
    expect(wireOf({})).toEqual({
      schemaVersion: '1.0',
      deploymentSequenceNumber: 42,
      updateSequenceNumber: 1_790_000_000_000,
      associations: [{ associationType: 'issueIdOrKeys', values: ['MYT-1'] }],
      displayName: 'Shop 1.2',
      url: 'https://ci.example.com/shop/42',
      description: 'Shop 1.2',
      lastUpdated: '2026-11-20T10:11:12.345Z',
      state: 'rolled_back',
      pipeline: { id: 'shop', displayName: 'Shop pipeline', url: 'https://ci.example.com/shop' },
      environment: { id: 'us-prod-1', displayName: 'us-prod-1', type: 'production' },
    });
  });

  it.each([
    ['duration in whole seconds', { duration: 61.4 }, { duration: 61 }],
    ['label', { label: 'v1.2' }, { label: 'v1.2' }],
    ['a long description', { description: 'd'.repeat(300) }, { description: `${'d'.repeat(254)}…` }],
    [
      'services beside issues',
      { services: ['ari:shop', 'ari:shop', 's'.repeat(256)] },
      {
        associations: [
          { associationType: 'issueIdOrKeys', values: ['MYT-1'] },
          { associationType: 'serviceIdOrKeys', values: ['ari:shop'] },
        ],
      },
    ],
    [
      'services alone',
      { issueKeys: [], services: ['ari:shop'] },
      { associations: [{ associationType: 'serviceIdOrKeys', values: ['ari:shop'] }] },
    ],
  ])('carries %s', (_, given, sent) => {
    expect(wireOf(given)).toMatchObject(sent);
  });

  it('has at most 500 associations, issues before services', () => {
    const issueKeys = Array.from({ length: 499 }, (_, n) => `MYT-${n}`);
    expect(wireOf({ issueKeys, services: ['one', 'two'] })).toMatchObject({
      associations: [{ values: issueKeys }, { values: ['one'] }],
    });
    const many = Array.from({ length: 501 }, (_, n) => `MYT-${n}`);
    expect(wireOf({ issueKeys: many, services: ['one'] })).toMatchObject({
      associations: [{ values: many.slice(0, 500) }],
    });
  });

  it('is not sent when it names nothing, or when an address is too long', () => {
    const url = `https://ci/${'u'.repeat(1990)}`;
    const prepared = prepareDeployment({
      ...deployment,
      issueKeys: ['none'],
      pipeline: { ...deployment.pipeline, url },
    });
    expect(prepared).toEqual({
      ready: false,
      impossibleKeys: ['none'],
      reasons: [
        'pipeline.url has 2001 characters; Jira takes 2000',
        'the deployment names no issue key or service that Jira could know',
      ],
    });
  });
});
