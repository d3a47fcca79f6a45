import type { DevEntity, SequencedDevEntity } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { JiraClient, SubmitOutcome } from '../../../kit/jira.ts';
import { judgeOutcome } from '../../../report/index.ts';
import type { SendOutcome, TopicHandler } from '../../../work/index.ts';
import { reviveBranch, reviveCommit, revivePullRequest } from './memory.ts';
import { type DevelopmentBody, developmentTopic } from './telling.ts';

/** Jira takes at most 1,000 entities in a request; see the limits of the Development Information API. */
const entitiesARequest = 400;

/** The property by which everything that a link sent is found and deleted again. */
export const linkProperty = 'tielineLink';

/** Tells Jira of branches, commits and pull requests. */
export function developmentHandler(jiraClients: {
  get(connectionId: string): Promise<Pick<JiraClient, 'devInfo'>>;
}): TopicHandler {
  return {
    topic: developmentTopic,
    limit: entitiesARequest,
    async send(deliveries) {
      const client = await jiraClients.get(deliveries[0]?.connectionId ?? '');
      const bodies = deliveries.map(({ body }): DevelopmentBody => JSON.parse(body));
      // All of a stream are of one link and of one kind of submission.
      const { linkId = '', backfill = false } = bodies[0] ?? {};
      const answer = await client.devInfo.submit(
        bodies.map(({ entity }, index) => revive(entity, deliveries[index]?.sequence ?? 0)),
        { properties: { [linkProperty]: linkId }, backfill },
      );
      return {
        outcomes: bodies.map(({ entity }, index) => outcomeOf(entity, answer.outcomes[index])),
        requests: answer.requests,
      };
    },
  };
}

/** The ledger keeps an entity as JSON; only its dates lose their type on the way. */
function revive(entity: DevelopmentBody['entity'], sequence: number): SequencedDevEntity {
  switch (entity.kind) {
    case 'branch':
      return { ...entity, branch: reviveBranch(entity.branch), sequence };
    case 'commit':
      return { ...entity, commit: reviveCommit(entity.commit), sequence };
    case 'pull-request':
      return { ...entity, pullRequest: revivePullRequest(entity.pullRequest), sequence };
    case 'gone':
      return { ...entity, sequence };
  }
}

function outcomeOf(entity: DevEntity, outcome: SubmitOutcome | undefined): SendOutcome {
  if (outcome === undefined) throw new TypeError('the connector gave too few outcomes');
  if (outcome.state === 'failed') return outcome;
  const { state, issues: named, errors } = judgeOutcome(outcome, entity.issueKeys);
  const refusals = new Map(outcome.refusedIssueKeys.map(({ key, reason }) => [key, reason]));
  const former = entity.formerIssueKeys.map((key) => {
    const message = refusals.get(key);
    return message === undefined ? { key, outcome: 'withdrawn' } : { key, outcome: 'rejected', message };
  });
  const issues = [...named, ...former];
  if (state !== 'rejected') return { state, answer: { issues } };
  const error = new TielineError('jira-rejected', `Jira rejected it: ${errors.join('; ')}`);
  return { state, answer: { issues, errors }, error };
}
