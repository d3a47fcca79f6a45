import {
  GetDeploymentByKeySchema,
  GetDeploymentGatingStatusByKeySchema,
  SubmitDeploymentsSchema,
} from 'jira.js/agile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callersOf, commit, deployment } from '../fixtures/simulator-client.ts';
import { type JiraSimulator, startJiraSimulator } from '../index.ts';

let jira: JiraSimulator;
let token: string;
let to: ReturnType<typeof callersOf>;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  to = callersOf(jira);
  token = await to.tokenOf();
});
afterAll(() => jira.close());

const submit = (deployments: unknown, more: object = {}) =>
  to.atGateway(token, 'deployments/0.1', '/bulk', { method: 'POST', body: { deployments, ...more } });
const pathOf = (number: number) => `/pipelines/checkout/environments/eu-1/deployments/${number}`;
const show = (number: number) => to.atGateway(token, 'deployments/0.1', pathOf(number));
const tied = (associationType: string, values: unknown[]) => ({ associationType, values });

describe('a deployment is shown on its issues', () => {
  it('takes it and gives it back', async () => {
    const sent = deployment({ deploymentSequenceNumber: 1 });
    const answer = await submit([sent]);
    expect(answer.status).toBe(202);
    expect(SubmitDeploymentsSchema.parse(answer.json)).toEqual({
      acceptedDeployments: [{ pipelineId: 'checkout', environmentId: 'eu-1', deploymentSequenceNumber: 1 }],
      rejectedDeployments: [],
      unknownIssueKeys: [],
      unknownAssociations: [],
    });
    const shown = await show(1);
    expect(shown.json).toEqual({ ...sent, issueKeys: ['MYT-1'] });
    GetDeploymentByKeySchema.parse(shown.json);
  });

  it('drops a stale or equal sequence in silence', async () => {
    const at = (updateSequenceNumber: number, state: string) =>
      deployment({ deploymentSequenceNumber: 2, updateSequenceNumber, state });
    for (const [sequence, state] of [
      [5, 'in_progress'],
      [5, 'failed'],
      [4, 'pending'],
    ] as const) {
      expect((await submit([at(sequence, state)])).json.acceptedDeployments).toHaveLength(1);
    }
    expect((await show(2)).json.state).toBe('in_progress');
  });

  it('sorts known from unknown among all kinds of associations', async () => {
    const body = {
      repositories: [
        {
          id: 'shop',
          name: 'shop',
          url: 'https://git.example/shop',
          updateSequenceId: 1,
          commits: [commit()],
        },
      ],
    };
    await to.atGateway(token, 'devinfo/0.10', '/bulk', { method: 'POST', body });
    const known = { commitHash: 'a7727ee6350c', repositoryId: 'shop' };
    const lost = { commitHash: 'ffff', repositoryId: 'shop' };
    const answer = await submit([
      deployment({
        deploymentSequenceNumber: 3,
        associations: [
          tied('issueIdOrKeys', ['MYT-2', 'UTF-8', '99999']),
          tied('serviceIdOrKeys', ['checkout', 'nothing']),
          tied('commit', [known, lost]),
        ],
      }),
    ]);
    expect(answer.json.unknownIssueKeys).toEqual(['UTF-8']);
    expect(answer.json.unknownAssociations).toEqual([
      tied('issueIdOrKeys', ['UTF-8', '99999']),
      tied('serviceIdOrKeys', ['nothing']),
      tied('commit', [lost]),
    ]);
    expect((await show(3)).json.associations).toEqual([
      tied('issueIdOrKeys', ['MYT-2']),
      tied('serviceIdOrKeys', ['checkout']),
      tied('commit', [known]),
    ]);
  });

  it('is rejected when nothing that it is tied to is known', async () => {
    const answer = await submit([
      deployment({ deploymentSequenceNumber: 4, associations: [tied('issueKeys', ['NO-1'])] }),
    ]);
    expect(answer.json.rejectedDeployments).toEqual([
      {
        key: { pipelineId: 'checkout', environmentId: 'eu-1', deploymentSequenceNumber: 4 },
        errors: [{ message: 'No valid issues found for deployment' }],
      },
    ]);
  });
});

describe('what one deployment does wrong is its own matter', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, index) => `MYT-${index + 1}`);
  const cases: [title: string, wrong: Record<string, unknown>, message: string][] = [
    ['no description', { description: undefined }, "'description' is required"],
    [
      'a type of environment that is none',
      { environment: { id: 'e', displayName: 'E', type: 'prod' } },
      'environment.type',
    ],
    ['nothing that it is tied to', { associations: undefined }, "'associations' is required"],
    [
      'only a commit',
      { associations: [tied('commit', [{ commitHash: 'a', repositoryId: 'b' }])] },
      'issues or services',
    ],
    [
      '501 values',
      { associations: [tied('issueKeys', keys(500)), tied('serviceIdOrKeys', ['checkout'])] },
      'at most 500',
    ],
    ['an address with a space', { url: 'https://ci.example/a b' }, "'url' must be a valid URL"],
  ];
  it.each(cases)('%s', async (_title, wrong, message) => {
    const answer = await submit([deployment({ deploymentSequenceNumber: 50, ...wrong })]);
    expect(answer.status).toBe(202);
    expect(answer.json.rejectedDeployments[0].errors[0].message).toContain(message);
  });

  it('but without its key, or with 100 neighbours, the request is refused', async () => {
    expect((await submit([deployment({ pipeline: { displayName: 'x' } })])).status).toBe(400);
    expect((await submit(Array.from({ length: 101 }, () => deployment()))).status).toBe(413);
  });
});

describe('gating', () => {
  const status = (number: number) =>
    to.atGateway(token, 'deployments/0.1', `${pathOf(number)}/gating-status`);

  it('awaits a decision for a pending deployment of a known service that asked for it', async () => {
    await submit([
      deployment({
        deploymentSequenceNumber: 20,
        state: 'pending',
        associations: [tied('issueIdOrKeys', ['OPS-2']), tied('serviceIdOrKeys', ['checkout'])],
        commands: [{ command: 'initiate_deployment_gating' }],
      }),
    ]);
    const waiting = await status(20);
    expect(GetDeploymentGatingStatusByKeySchema.parse(waiting.json).gatingStatus).toBe('awaiting');
    expect(waiting.json.details[0].issueLink).toBe(`${jira.siteUrl}/browse/OPS-2`);
    const key = { pipelineId: 'checkout', environmentId: 'eu-1', deploymentSequenceNumber: 20 };
    expect(jira.state.decideGate(key, 'allowed')).toBe(true);
    expect((await status(20)).json.gatingStatus).toBe('allowed');
  });

  it.each([
    ['allowed', 210],
    ['prevented', 220],
    ['expired', 230],
    ['invalid', 240],
  ])('may be decided for all at once: %s', async (decision, number) => {
    const gated = (deploymentSequenceNumber: number) =>
      submit([
        deployment({
          deploymentSequenceNumber,
          state: 'pending',
          associations: [tied('serviceIdOrKeys', ['checkout'])],
          commands: [{ command: 'initiate_deployment_gating' }],
        }),
      ]);
    const decide = async (status: string) => {
      const body = { status };
      const answer = await to.send(`${jira.siteUrl}/_simulator/gates`, { method: 'PUT', body });
      expect(answer.status).toBe(204);
    };
    await gated(number);
    expect((await status(number)).json.gatingStatus).toBe('awaiting');
    await decide(decision);
    await gated(number + 1);
    expect([(await status(number)).json.gatingStatus, (await status(number + 1)).json.gatingStatus]).toEqual([
      decision,
      decision,
    ]);
    await decide('awaiting');
  });

  it('is invalid for one that did not ask, and 404 for one that is not there', async () => {
    await submit([deployment({ deploymentSequenceNumber: 21 })]);
    expect((await status(21)).json.gatingStatus).toBe('invalid');
    expect((await status(22)).status).toBe(404);
  });
});

describe('what was sent can be deleted', () => {
  it('by its key and by properties', async () => {
    await submit([deployment({ deploymentSequenceNumber: 30 })]);
    expect((await to.atGateway(token, 'deployments/0.1', pathOf(30), { method: 'DELETE' })).status).toBe(202);
    expect((await show(30)).status).toBe(404);
    await submit([deployment({ deploymentSequenceNumber: 31 })], { properties: { link: 'l-1' } });
    const path = '/bulkByProperties?link=l-1';
    expect((await to.atGateway(token, 'deployments/0.1', path, { method: 'DELETE' })).status).toBe(202);
    expect((await show(31)).status).toBe(404);
  });
});
