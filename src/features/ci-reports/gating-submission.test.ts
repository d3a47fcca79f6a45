import { expect, it } from 'vitest';
import type { JiraClient, SubmitAnswer, SubmitOutcome } from '../../kit/jira.ts';
import { submitDeployments } from './gating-submission.ts';

const deployment = (deploymentNumber: number, gate?: boolean) => ({
  pipeline: { id: 'shop', displayName: 'Shop', url: 'https://ci.example.com/shop' },
  deploymentNumber,
  displayName: `Shop ${deploymentNumber}`,
  url: `https://ci.example.com/shop/${deploymentNumber}`,
  state: 'pending' as const,
  lastUpdated: new Date('2026-11-20T10:00:00Z'),
  issueKeys: ['MYT-1'],
  environment: { id: 'prod', displayName: 'Production', type: 'production' as const },
  sequence: deploymentNumber,
  ...(gate === undefined ? {} : { gate }),
});

/** A Jira that rejects each deployment by the way that it came and its number. */
function jiraThatTells() {
  const asked: string[] = [];
  const by =
    (way: string): JiraClient['deployments']['submit'] =>
    async (deployments): Promise<SubmitAnswer> => {
      asked.push(`${way} ${deployments.length}`);
      const outcomes = deployments.map(
        (one): SubmitOutcome => ({
          state: 'rejected',
          errors: [`${way} ${one.deploymentNumber}${'gate' in one ? ' with its flag' : ''}`],
          unknownIssueKeys: [],
          refusedIssueKeys: [],
          leftOutIssueKeys: [],
          unknownServices: [],
        }),
      );
      return { outcomes, requests: [{ url: way, status: 202, entities: deployments.length, answer: {} }] };
    };
  return { asked, jira: { submit: by('submit'), gate: by('gate') } };
}

it.each([
  ['both kinds', [undefined, true, false, true], ['gate 2', 'submit 2']],
  ['none that wants a decision', [undefined, false], ['submit 2']],
  ['only such', [true], ['gate 1']],
])('%s: one request for each way, the outcomes in the order given', async (_name, gates, ways) => {
  const { asked, jira } = jiraThatTells();
  const deployments = gates.map((gate, index) => deployment(index + 1, gate));
  const { outcomes, requests } = await submitDeployments(jira, deployments, { properties: {} });
  expect(asked).toEqual(ways);
  expect(requests.map(({ url, entities }) => `${url} ${entities}`)).toEqual(ways);
  expect(outcomes.map((outcome) => outcome.state === 'rejected' && outcome.errors)).toEqual(
    gates.map((gate, index) => [`${gate === true ? 'gate' : 'submit'} ${index + 1}`]),
  );
});
