import type { JiraClient, SubmitAnswer } from '../kit/jira.ts';
import { judgeOutcome } from '../report/index.ts';
import type { Cli } from './cli.ts';
import type { ReportResult, Sendable, Sending } from './report-result.ts';
import { limitsWithin, retrying } from './report-retry.ts';
import type { JiraRoute } from './report-route.ts';

/**
 * Sends a report to Jira itself, again while it may help and time is left. Its sequence number is the time of the
 * event in milliseconds, as a hub counts.
 * @throws TielineError when Jira cannot be reached in the time given, or refuses the credential or the site
 */
export async function sendToJira(
  cli: Pick<Cli, 'directJira'>,
  route: JiraRoute,
  { prepared, behaviour, debug, note }: Sending,
): Promise<ReportResult> {
  const patience = { deadlineMs: Date.now() + behaviour.waitMs, note };
  const limits = limitsWithin(behaviour.waitMs);
  const direct = await cli.directJira({ ...route.target, limits });
  try {
    const { outcome, requests } = await retrying(patience, async () => {
      const answer = await submit(await direct.open(), prepared);
      const [first] = answer.outcomes;
      if (first === undefined) throw new TypeError('the connector gave no outcome');
      if (first.state === 'failed') throw first.error;
      return { outcome: first, requests: answer.requests };
    });
    const { state, issues, errors } = judgeOutcome(outcome, prepared.issueKeys);
    return {
      kind: prepared.kind,
      route: route.description,
      state,
      issues,
      ...(errors.length > 0 && { reason: errors.join('; ') }),
      ...(debug && { answer: requests }),
    };
  } finally {
    await direct.close();
  }
}

function submit(jira: JiraClient, prepared: Sendable): Promise<SubmitAnswer> {
  const sequenced = <E extends { lastUpdated: Date }>(entity: E) => ({
    ...entity,
    sequence: entity.lastUpdated.getTime(),
  });
  return prepared.kind === 'build'
    ? jira.builds.submit([sequenced(prepared.build)])
    : jira.deployments.submit([sequenced(prepared.deployment)]);
}
