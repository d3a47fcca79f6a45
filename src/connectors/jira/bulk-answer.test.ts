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
