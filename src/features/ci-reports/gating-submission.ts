import type {
  Deployment,
  JiraClient,
  Sequenced,
  SubmitAnswer,
  SubmitOutcome,
  SubmitProperties,
} from '../../kit/jira.ts';

/** A deployment as its report's body is stored: `gate` when Jira is to be asked for a decision on it. */
type StoredDeployment = Sequenced<Deployment & { gate?: boolean }>;

/**
 * Submits deployments: those that want a decision by the gate, all others as they are. Answers in the order given.
 * @throws what either way throws; nothing is lost by sending all of them once more
 */
export async function submitDeployments(
  jira: Pick<JiraClient['deployments'], 'gate' | 'submit'>,
  deployments: StoredDeployment[],
  options: { properties: SubmitProperties },
): Promise<SubmitAnswer> {
  const outcomes = new Map<StoredDeployment, SubmitOutcome | undefined>();
  const requests: SubmitAnswer['requests'] = [];
  for (const way of ['gate', 'submit'] as const) {
    const those = deployments.filter(({ gate }) => (gate === true) === (way === 'gate'));
    if (those.length === 0) continue;
    const answer = await jira[way](
      those.map(({ gate: _gate, ...deployment }) => deployment),
      options,
    );
    for (const [index, deployment] of those.entries()) outcomes.set(deployment, answer.outcomes[index]);
    requests.push(...answer.requests);
  }
  const inOrder = deployments.flatMap((deployment) => outcomes.get(deployment) ?? []);
  return { outcomes: inOrder, requests };
}
