import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { TielineError } from '../../kit/errors.ts';
import { acceptAll, type Body, build, gateway } from './fixtures/gateway.ts';

const buildsUpTo = (count: number) => Array.from({ length: count }, (_, n) => build(n + 1));
const sizes = (bodies: Body[]) => bodies.map(({ builds }) => builds.length);

describe('many builds', () => {
  it('go in as few requests as Jira allows, each signed Tieline, with the properties', async () => {
    const { bodies, builds } = gateway(acceptAll);
    const answer = await builds.submit(buildsUpTo(250), { properties: { connection: 'c1' } });
    expect(sizes(bodies)).toEqual([100, 100, 50]);
    expect(bodies[2]).toMatchObject({
      properties: { connection: 'c1' },
      providerMetadata: { product: 'Tieline' },
    });
    expect(answer.requests.map(({ entities, status }) => [entities, status])).toEqual([
      [100, 202],
      [100, 202],
      [50, 202],
    ]);
    expect(new Set(answer.outcomes.map(({ state }) => state))).toEqual(new Set(['accepted']));
  });

  it('make no request when there is none', async () => {
    const { bodies, builds } = gateway(acceptAll);
    expect(await builds.submit([])).toEqual({ outcomes: [], requests: [] });
    expect(bodies).toEqual([]);
  });

  it('that are states of one build go in requests of their own, the oldest first', async () => {
    const { bodies, builds } = gateway(acceptAll);
    const { outcomes } = await builds.submit([
      build(1, { sequence: 9 }),
      build(2),
      build(1, { sequence: 8 }),
    ]);
    expect(bodies.map((body) => body.builds.map((sent) => sent.updateSequenceNumber))).toEqual([
      [8, 1002],
      [9],
    ]);
    expect(outcomes).toHaveLength(3);
  });
});

it('a build with more issues than Jira takes is sent with the first 100, and the outcome names the others', async () => {
  const { bodies, builds } = gateway(acceptAll);
  const issueKeys = Array.from({ length: 102 }, (_, n) => `MYT-${n}`);
  const { outcomes } = await builds.submit([build(1, { issueKeys })]);
  expect(bodies[0]?.builds[0]?.issueKeys).toEqual(issueKeys.slice(0, 100));
  expect(outcomes).toEqual([
    {
      state: 'accepted',
      unknownIssueKeys: [],
      refusedIssueKeys: [],
      leftOutIssueKeys: ['MYT-100', 'MYT-101'],
      unknownServices: [],
    },
  ]);
});

describe('one bad build among good ones', () => {
  it.each([
    [400, [{ message: 'The build is odd' }], 'The build is odd'],
    [413, { message: 'Too large' }, 'Too large'],
    [400, { errorMessages: ['Odd'], errors: { url: 'no URL' } }, 'Odd,url: no URL'],
    [413, '<html>', 'Jira answered with status 413 and no message'],
  ])('is found by halving on %d and alone rejected', async (status, body, message) => {
    const { bodies, builds } = gateway((sent) =>
      sent.builds.some(({ buildNumber }) => buildNumber === 7) ? { status, body } : acceptAll(sent),
    );
    const { outcomes, requests } = await builds.submit(buildsUpTo(16));
    expect(outcomes[6]).toEqual({
      state: 'rejected',
      unknownIssueKeys: [],
      refusedIssueKeys: [],
      leftOutIssueKeys: [],
      unknownServices: [],
      errors: message.split(','),
    });
    expect(outcomes.filter(({ state }) => state === 'accepted')).toHaveLength(15);
    expect(sizes(bodies)).toEqual([16, 8, 4, 4, 2, 2, 1, 1, 8]);
    expect(requests[0]).toEqual({ url: '/builds/bulk', status, entities: 16, answer: body });
  });
});

describe('what Jira says', () => {
  it('is given to each build by its key, with those of its issues that Jira does not know', async () => {
    const { builds } = gateway(() => ({
      status: 202,
      body: {
        acceptedBuilds: [{ pipelineId: 'shop', buildNumber: 1 }],
        rejectedBuilds: [
          { key: { pipelineId: 'shop', buildNumber: 2 }, errors: [{ message: 'No valid issues found' }] },
        ],
        unknownIssueKeys: ['UTF-8', 'MYT-9'],
      },
    }));
    const { outcomes } = await builds.submit([
      build(1, { issueKeys: ['MYT-1', 'UTF-8', 'no key'] }),
      build(2, { issueKeys: ['MYT-9'] }),
      build(3),
    ]);
    expect(outcomes[0]).toEqual({
      state: 'accepted',
      unknownIssueKeys: ['UTF-8', 'no key'],
      refusedIssueKeys: [],
      leftOutIssueKeys: [],
      unknownServices: [],
    });
    expect(outcomes[1]).toEqual({
      state: 'rejected',
      unknownIssueKeys: ['MYT-9'],
      refusedIssueKeys: [],
      leftOutIssueKeys: [],
      unknownServices: [],
      errors: ['No valid issues found'],
    });
    expect(outcomes[2]).toMatchObject({
      state: 'failed',
      error: { code: 'answer-unexpected', retry: 'soon' },
    });
  });

  it.each([['a text'], [null], [[]], [{ acceptedBuilds: 'all' }], [{}]])(
    'is kept, and the builds fail, when it is no answer: %j',
    async (body) => {
      const { builds } = gateway(() => ({ status: 202, body }));
      const { outcomes, requests } = await builds.submit([build(1)]);
      expect(outcomes).toMatchObject([
        { state: 'failed', error: { code: 'answer-unexpected', retry: 'soon' } },
      ]);
      expect(requests).toMatchObject([{ status: 202, answer: body }]);
    },
  );
});

describe('a request that fails', () => {
  const failing = (code: ErrorCode, details = {}) =>
    gateway((body, nth) => (nth === 2 ? new TielineError(code, 'as told', { details }) : acceptAll(body)));

  it.each<ErrorCode>([
    'remote-unauthorized',
    'remote-forbidden',
    'rate-limited',
    'network-failed',
    'request-timed-out',
  ])('by %s stops what would come after it', async (code) => {
    const { bodies, builds } = failing(code);
    const { outcomes } = await builds.submit(buildsUpTo(400));
    expect(sizes(bodies)).toEqual([100, 100]);
    expect(outcomes.map(({ state }) => state)).toEqual([
      ...Array(100).fill('accepted'),
      ...Array(300).fill('failed'),
    ]);
    expect(outcomes[399]).toMatchObject({ error: { code } });
  });

  it.each<ErrorCode>(['remote-failed', 'status-unexpected', 'answer-too-large'])(
    'by %s does so for its own builds only',
    async (code) => {
      const { bodies, builds } = failing(code, { status: 500, url: 'https://gateway', answer: 'oops' });
      const { outcomes, requests } = await builds.submit(buildsUpTo(300));
      expect(sizes(bodies)).toEqual([100, 100, 100]);
      expect(outcomes.filter(({ state }) => state === 'failed')).toHaveLength(100);
      expect(requests[1]).toEqual({ url: 'https://gateway', status: 500, entities: 100, answer: 'oops' });
    },
  );

  it('because the gateway does not know the site names the cloud id as what to check', async () => {
    const details = { status: 404, url: 'https://gateway/jira/builds/0.1/cloud/c/bulk' };
    const { builds } = gateway(() => new TielineError('status-unexpected', 'as told', { details }));
    const { outcomes } = await builds.submit([build(1)]);
    expect(outcomes).toMatchObject([
      { error: { code: 'jira-site-unknown', hint: expect.stringContaining('cloud id') } },
    ]);
  });
});

it.each([
  [{ _mine: 'x' }],
  [{ 'a:b': 'x' }],
  [{ a: 'x'.repeat(256) }],
  [{ a: '', b: '', c: '', d: '', e: '', f: '' }],
])('properties that Jira would refuse are the caller’s mistake: %j', async (properties) => {
  const { bodies, builds } = gateway(acceptAll);
  await expect(builds.submit([build(1)], { properties })).rejects.toMatchObject({ code: 'internal-error' });
  expect(bodies).toEqual([]);
});
