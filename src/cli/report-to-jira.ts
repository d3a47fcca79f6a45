import type { GatingStatus, SubmitAnswer } from '../kit/jira.ts';
import { judgeOutcome } from '../report/index.ts';
import type { Cli } from './cli.ts';
import type { DirectJiraClient } from './direct-jira.ts';
import { waitForDecision } from './report-gate.ts';
import type { ReportResult, Sendable, Sending } from './report-result.ts';
import { limitsWithin, retrying } from './report-retry.ts';
import type { JiraRoute } from './report-route.ts';

/**
 * Sends a report to Jira itself, again while it may help and time is left, and waits for the
 * decision when one is asked for. Its sequence number is the time of the
 * event in milliseconds, as a hub counts.
 * @throws TielineError when Jira cannot be reached in the time given, or refuses the credential or the site
 */
export async function sendToJira(
  cli: Pick<Cli, 'directJira'>,
  route: JiraRoute,
  { prepared, behaviour, deadlineMs, gateUntilMs, debug, note }: Sending,
): Promise<ReportResult> {
  const patience = { deadlineMs, note };
  const limits = limitsWithin(behaviour.waitMs);
  const direct = await cli.directJira({ ...route.target, limits });
  try {
    const { outcome, requests } = await retrying(patience, async () => {
      const answer = await submit(await direct.open(), prepared, gateUntilMs !== undefined);
      const [first] = answer.outcomes;
      if (first === undefined) throw new TypeError('the connector gave no outcome');
      if (first.state === 'failed') throw first.error;
      return { outcome: first, requests: answer.requests };
    });
    const { state, issues, unknownServices, errors } = judgeOutcome(outcome, prepared.issueKeys);
    const gate =
      gateUntilMs === undefined || state === 'rejected'
        ? undefined
        : await waitForDecision(async () => gatingStatus(await direct.open(), prepared), {
            deadlineMs: gateUntilMs,
            note,
          });
    return {
      kind: prepared.kind,
      route: route.description,
      state,
      issues,
      ...(unknownServices.length > 0 && { unknownServices }),
      ...(gate && { gate }),
      ...(errors.length > 0 && { reason: errors.join('; ') }),
      ...(debug && { answer: requests }),
    };
  } finally {
    await direct.close();
  }
}

function submit(jira: DirectJiraClient, prepared: Sendable, gated: boolean): Promise<SubmitAnswer> {
  const sequenced = <E extends { lastUpdated: Date }>(entity: E) => ({
    ...entity,
    sequence: entity.lastUpdated.getTime(),
  });
  if (prepared.kind === 'build') return jira.builds.submit([sequenced(prepared.build)]);
  return jira.deployments[gated ? 'gate' : 'submit']([sequenced(prepared.deployment)]);
}

function gatingStatus(jira: DirectJiraClient, prepared: Sendable): Promise<GatingStatus> {
  if (prepared.kind === 'build') throw new TypeError('a build has no gate');
  const { pipeline, environment, deploymentNumber } = prepared.deployment;
  return jira.deployments.gatingStatus({
    pipelineId: pipeline.id,
    environmentId: environment.id,
    deploymentNumber,
  });
}
