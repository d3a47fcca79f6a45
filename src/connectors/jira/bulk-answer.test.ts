import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBuildsAnswer, readDeploymentsAnswer } from './bulk-answer.ts';
import { entityKey } from './entity-wire.ts';

describe('an answer to deployments', () => {
  it('names issues that Jira does not know among the keys or among the associations, and services', () => {
    const answer = readDeploymentsAnswer({
      acceptedDeployments: [{ pipelineId: 'shop', environmentId: 'eu', deploymentSequenceNumber: 4 }],
      unknownIssueKeys: ['UTF-8'],
      unknownAssociations: [
        { associationType: 'issueIdOrKeys', values: ['SHA-256'] },
        { associationType: 'serviceIdOrKeys', values: ['checkout'] },
        { associationType: 'commit', values: [{ commitHash: 'c', repositoryId: 'r' }] },
      ],
    });
    expect(answer).toEqual({
      accepted: new Set([entityKey('shop', 'eu', 4)]),
      rejected: new Map(),
      unknownIssueKeys: new Set(['UTF-8', 'SHA-256']),
      unknownServices: new Set(['checkout']),
    });
  });
});

describe('an answer to builds', () => {
  it('knows a build by its number, whether it comes as a number or as text', () => {
    const numbers = [7, '7'].map((buildNumber) => ({ pipelineId: 'shop', buildNumber }));
    expect(readBuildsAnswer({ acceptedBuilds: numbers })?.accepted).toEqual(new Set([entityKey('shop', 7)]));
  });

  it('gives all that Jira finds wrong', () => {
    const key = { pipelineId: 'shop', buildNumber: 7 };
    const errors = [{ message: "'url' is required", errorTraceId: 'a1' }, { message: 'No valid issues' }];
    expect(readBuildsAnswer({ rejectedBuilds: [{ key, errors }] })?.rejected).toEqual(
      new Map([[entityKey('shop', 7), ["'url' is required", 'No valid issues']]]),
    );
  });
});

describe('an answer of another shape', () => {
  it.each([[undefined], [null], ['Accepted'], [[]], [7]])('%j is none', (answer) => {
    expect(readBuildsAnswer(answer)).toBeUndefined();
    expect(readDeploymentsAnswer(answer)).toBeUndefined();
  });

  it('speaks of the entities that can be read in it, and of no others', () => {
    const answer = {
      acceptedBuilds: [null, 'shop', { pipelineId: 'shop' }, { pipelineId: 'shop', buildNumber: 7 }],
      rejectedBuilds: [
        { key: null, errors: 'all' },
        { key: { pipelineId: 'shop', buildNumber: 8 }, errors: [{}] },
      ],
      unknownIssueKeys: { 'MYT-1': true },
    };
    expect(readBuildsAnswer(answer)).toEqual({
      accepted: new Set([entityKey('shop', 7)]),
      rejected: new Map([[entityKey('shop', 8), []]]),
      unknownIssueKeys: new Set(),
      unknownServices: new Set(),
    });
  });

  it('is read without a fault, whatever it is', () => {
    const names = fc.constantFrom(
      'acceptedBuilds',
      'rejectedDeployments',
      'unknownAssociations',
      'key',
      'errors',
    );
    const anything = fc.anything({ key: names, maxDepth: 4 });
    fc.assert(
      fc.property(anything, (answer) => {
        const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
        expect(readBuildsAnswer(answer) !== undefined).toBe(isObject);
        expect(readDeploymentsAnswer(answer) !== undefined).toBe(isObject);
      }),
    );
  });
});
