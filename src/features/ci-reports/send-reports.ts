import { TielineError } from '../../kit/errors.ts';
import type {
  Build,
  Deployment,
  JiraClient,
  Sequenced,
  SubmitAnswer,
  SubmitOutcome,
  SubmitProperties,
} from '../../kit/jira.ts';
import { judgeOutcome } from '../../report/index.ts';
import type { Sendable, SendOutcome, TopicHandler } from '../../work/index.ts';
import type { JiraClients } from '../connections/index.ts';
import { submitDeployments } from './gating-submission.ts';

/** Jira takes at most 100 builds, and 100 deployments, a request. */
const entitiesARequest = 100;
/** By this property everything that was sent through a connection can be found and deleted again. */
const connectionProperty = 'tielineConnectionId';

/** The handlers that send builds and deployments to Jira. */
export function reportHandlers(jiraClients: JiraClients): TopicHandler[] {
  return [
    handlerOf<Build>('build', jiraClients, ({ builds }, ...given) => builds.submit(...given)),
    handlerOf<Deployment>('deployment', jiraClients, ({ deployments }, ...given) =>
      submitDeployments(deployments, ...given),
    ),
  ];
}

function handlerOf<E extends Build | Deployment>(
  topic: string,
  jiraClients: JiraClients,
  submit: (
    client: JiraClient,
    entities: Sequenced<E>[],
    options: { properties: SubmitProperties },
  ) => Promise<SubmitAnswer>,
): TopicHandler {
  return {
    topic,
    limit: entitiesARequest,
    async send(deliveries) {
      const connectionId = deliveries[0]?.connectionId ?? '';
      const client = await jiraClients.get(connectionId);
      const entities = deliveries.map((delivery) => revive<E>(delivery));
      const answer = await submit(client, entities, {
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
  const { state, issues, unknownServices, errors } = judgeOutcome(outcome, delivery.issueKeys);
  const answer = { issues, ...(unknownServices.length > 0 && { unknownServices }) };
  if (state !== 'rejected') return { state, answer };
  const error = new TielineError('jira-rejected', `Jira rejected it: ${errors.join('; ')}`);
  return { state, answer: { ...answer, errors }, error };
}
