import { z } from 'zod';
import type { ActionResult, Json } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';
import { Secret } from '../../../kit/secret.ts';
import type { CiContext } from '../../../report/index.ts';
import type { Work } from '../../../work/index.ts';
import type { OwnReports } from '../../ci-reports/index.ts';
import { type DeliveryView, viewDelivery } from '../../deliveries/index.ts';
import type { AnyAction } from './prepare-step.ts';
import { currentStatusOf } from './roots.ts';
import type { Run, RunPlan, RunStep } from './run.ts';

/** By this a `Plugin` step that reports is done. No connector has it: the hub's own reports do. */
export const reportActionId = 'tieline.report';

const ci: z.ZodType<CiContext> = z.custom<CiContext>((value) => typeof value === 'object' && value !== null);
const reportInput = z.strictObject({ settings: z.record(z.string(), z.any()), ci });

/** So long a run stays in hand for the end of its delivery; then it is put off, and comes back to the same delivery. */
const waitMs = 30_000;

/** Reports a build or a deployment as `plugins/jira` does, by the connection of the step in place of its credentials. */
export function createReportAction(reports: OwnReports, work: Promise<Work>): AnyAction {
  return {
    id: reportActionId,
    label: 'Report a build or deployment',
    input: reportInput,
    async run(input, { connection, key, say, signal }): Promise<ActionResult> {
      const { settings, ci: context } = reportInput.parse(input);
      const given = plainSettings(settings, say);
      const { id: connectionId } = connection;
      const ledger = await work;
      const accepted = await reports.accept(ledger, { connectionId, id: key, settings: given, context });
      for (const notice of accepted.notices) say(notice);
      const { delivery: id, kind, issueKeys } = accepted;
      if (id === undefined) return { state: 'done', output: { kind: 'none', issueKeys, delivery: null } };
      say(`reported as delivery ${id}, for ${issueKeys.join(', ') || 'no issue'}`);
      return { state: 'done', output: outputOf(kind, await endOf(ledger, id, signal)) };
    },
  };
}

/** What counts for nothing here is said, and why; the rest is text. */
function plainSettings(
  settings: Record<string, unknown>,
  say: (line: string) => void,
): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    const why = idle.get(name) ?? (value instanceof Secret ? byConnection : undefined);
    if (why !== undefined) say(`${name} counts for nothing: ${why}`);
    else if (value !== null && value !== undefined) {
      plain[name] = Array.isArray(value) ? value.join(',') : String(value);
    }
  }
  return plain;
}

const byConnection = 'the hub reports by the connection of the step';
const notThere = "the hub does not see the build's files; to count tests, report with tieline report";
const idle = new Map([
  ['CONNECT_KEY', byConnection],
  ['CONNECT_HOSTNAME', byConnection],
  ['CLIENT_ID', byConnection],
  ['CLIENT_SECRET', byConnection],
  ['CLOUD_ID', byConnection],
  ['GATEWAY_URL', byConnection],
  ['JUNIT', notThere],
]);

async function endOf(work: Work, id: string, signal: AbortSignal): Promise<DeliveryView> {
  const delivery = await work.waitFor(id, waitMs, signal);
  if (delivery !== undefined && delivery.endedAt !== null) return viewDelivery(delivery);
  throw new TielineError('delivery-pending', `The report, delivery ${id}, has no final answer yet`);
}

/** @throws delivery-refused when nothing of it came to be in Jira */
function outputOf(kind: string, delivery: DeliveryView): Record<string, Json> {
  const { id, state, issues, error, reason } = delivery;
  if (state === 'rejected' || state === 'dead') {
    throw new TielineError(
      'delivery-refused',
      `The report, delivery ${id}, is ${state}: ${error?.message ?? reason}`,
      {
        hint: error?.hint,
      },
    );
  }
  return {
    kind,
    delivery: id,
    state,
    issueKeys: issues.map(({ key }) => key),
    issues: issues.map(({ key, outcome }) => ({ key, outcome })),
  };
}

const said = z.object({
  branch: z.string().optional().catch(undefined),
  sourceBranch: z.string().optional().catch(undefined),
  targetBranch: z.string().optional().catch(undefined),
  tag: z.string().optional().catch(undefined),
  commitSha: z.string().optional().catch(undefined),
  commitMessage: z.string().optional().catch(undefined),
  prNumber: z.coerce.string().optional().catch(undefined),
  prTitle: z.string().optional().catch(undefined),
  pullRequestLink: z.string().optional().catch(undefined),
  repoUrl: z.string().optional().catch(undefined),
  gitUser: z.string().optional().catch(undefined),
});

/** What a report is to know of the run that it is in, in the place of a CI's variables. */
export function ciOf(run: Run, plan: RunPlan, steps: RunStep[], address: string | undefined): CiContext {
  const { prNumber, prTitle, repoUrl, gitUser, ...code } = said.catch({}).parse(run.context?.codebase);
  const known: CiContext = {
    ci: 'Tieline',
    pipelineId: plan.pipeline.identifier,
    pipelineName: plan.pipeline.name,
    buildNumber: run.number,
    buildLink: address && `${address}/api/v1/runs/${run.id}`,
    status: currentStatusOf(steps) === 'SUCCESS' ? 'success' : 'failure',
    ...code,
    pullRequestNumber: prNumber,
    pullRequestTitle: prTitle,
    repositoryUrl: repoUrl,
    triggeredBy: gitUser ?? run.createdBy.name,
    startedAt: run.startedAt ?? run.createdAt,
    notices: [],
  };
  return known;
}
