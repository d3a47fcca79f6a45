import { TielineError } from '../../kit/errors.ts';
import type { Build, Deployment, JiraClient, Sequenced, SubmitOutcome, Submitter } from '../../kit/jira.ts';
import type { Sendable, SendOutcome, TopicHandler } from '../../work/index.ts';
import type { JiraClients } from '../connections/index.ts';

/** What Jira said of one issue key, as it is stored and shown. */
export interface IssueOutcome {
  key: string;
  outcome: 'linked' | 'unknown' | 'rejected' | 'left-out';
  message?: string;
}

/** Jira takes at most 100 builds, and 100 deployments, a request. */
const entitiesARequest = 100;
/** By this property everything that was sent through a connection can be found and deleted again. */
const connectionProperty = 'tielineConnectionId';

/** The handlers that send builds and deployments to Jira. */
export function reportHandlers(jiraClients: JiraClients): TopicHandler[] {
  return [
    handlerOf<Build>('build', jiraClients, (client) => client.builds),
    handlerOf<Deployment>('deployment', jiraClients, (client) => client.deployments),
  ];
}

function handlerOf<E extends Build | Deployment>(
  topic: string,
  jiraClients: JiraClients,
  submitterOf: (client: JiraClient) => Submitter<E>,
): TopicHandler {
  return {
    topic,
    limit: entitiesARequest,
    async send(deliveries) {
      const connectionId = deliveries[0]?.connectionId ?? '';
      const client = await jiraClients.get(connectionId);
      const entities = deliveries.map((delivery) => revive<E>(delivery));
      const answer = await submitterOf(client).submit(entities, {
        properties: { [connectionProperty]: connectionId },
      });
      return {
        outcomes: deliveries.map((delivery, index) => outcomeOf(delivery, answer.outcomes[index])),
        requests: answer.requests,
      };
    },
  };
}

/** The ledger keeps an entity as JSON; only its dates lose their type on the way. */
function revive<E extends Build | Deployment>({ body, sequence }: Sendable): Sequenced<E> {
  const entity = JSON.parse(body);
  return { ...entity, lastUpdated: new Date(entity.lastUpdated), sequence } as Sequenced<E>;
}

function outcomeOf(delivery: Sendable, outcome: SubmitOutcome | undefined): SendOutcome {
  if (outcome === undefined) throw new TypeError('the connector gave too few outcomes');
  if (outcome.state === 'failed') return outcome;
  const exceptions = exceptionsOf(outcome);
  const issuesWith = (others: Omit<IssueOutcome, 'key'>) =>
    delivery.issueKeys.map((key): IssueOutcome => ({ key, ...(exceptions.get(key) ?? others) }));
  if (outcome.state === 'accepted') {
    const state = exceptions.size === 0 ? 'delivered' : 'partial';
    return { state, answer: { issues: issuesWith({ outcome: 'linked' }) } };
  }
  const message = outcome.errors.join('; ');
  const issues = issuesWith({ outcome: 'rejected', message });
  return {
    state: 'rejected',
    answer: { issues, errors: outcome.errors },
    error: new TielineError('jira-rejected', `Jira rejected it: ${message}`),
  };
}

/** The keys with which something else was done than with the rest. */
function exceptionsOf({ unknownIssueKeys, leftOutIssueKeys }: Exclude<SubmitOutcome, { state: 'failed' }>) {
  const unknown = { outcome: 'unknown', message: 'Jira knows no such issue' } as const;
  const leftOut = { outcome: 'left-out', message: 'not sent: more issues than Jira takes for one' } as const;
  return new Map<string, Omit<IssueOutcome, 'key'>>([
    ...leftOutIssueKeys.map((key) => [key, leftOut] as const),
    ...unknownIssueKeys.map((key) => [key, unknown] as const),
  ]);
}
