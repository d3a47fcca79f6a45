import { z } from 'zod';
import { asTielineError } from '../../kit/errors.ts';
import type { HeldState, JiraClient } from '../../kit/jira.ts';
import { isoDate, text } from '../../kit/paging.ts';
import type { Delivery } from '../../work/index.ts';
import { readBuildKey, readDeploymentKey } from '../ci-reports/index.ts';
import type { JiraClients } from '../connections/index.ts';

/** Each is a request to Jira, and somebody waits for all of them. */
const mostAsked = 20;
const atOnce = 4;

/** What Jira said when it was asked for an entity: one of the two, or neither when it was not asked. */
export const jiraAnswer = z.object({
  jira: z
    .object({
      holds: z.enum(['same', 'older', 'newer', 'nothing']).meta({
        description: 'Beside the state that was sent last, by sequence number.',
      }),
      state: z.string().nullable(),
      at: isoDate.nullable(),
      sequence: z.number().nullable(),
    })
    .nullable()
    .meta({ description: 'What Jira holds now; null when it was not asked, or did not say.' }),
  jiraError: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .meta({ description: 'Why it is not known what Jira holds.' }),
});
export type JiraAnswer = z.output<typeof jiraAnswer>;

/** The answer of a Jira that was not asked. */
export const notAsked: JiraAnswer = { jira: null, jiraError: null };

const finders: Partial<
  Record<string, (client: JiraClient, orderingKey: string) => Promise<HeldState | undefined>>
> = {
  build: ({ builds }, orderingKey) => builds.find(readBuildKey(orderingKey)),
  deployment: ({ deployments }, orderingKey) => deployments.find(readDeploymentKey(orderingKey)),
};

/**
 * Asks Jira what it holds of the entities of these deliveries, given newest first: of the first 20, at most four at
 * once. Gives the answers by delivery; a failure is an answer too, of its own entity only.
 */
export async function askJira(
  jiraClients: JiraClients,
  deliveries: Delivery[],
): Promise<Map<string, JiraAnswer>> {
  const answers = new Map<string, JiraAnswer>();
  const clients = new Map<string, Promise<JiraClient>>();
  const clientOf = (connectionId: string) => {
    const client = clients.get(connectionId) ?? jiraClients.get(connectionId);
    clients.set(connectionId, client);
    return client;
  };
  // One iterator for all askers: each takes the next.
  const waiting = deliveries.slice(0, mostAsked).values();
  const askInTurn = async () => {
    for (const { id, topic, connectionId, orderingKey, sequence } of waiting) {
      const find = finders[topic];
      if (find === undefined || connectionId === null || sequence === null) continue;
      try {
        const held = await find(await clientOf(connectionId), orderingKey);
        answers.set(id, { jira: compare(held, sequence), jiraError: null });
      } catch (thrown) {
        const { code, message } = asTielineError(thrown);
        answers.set(id, { jira: null, jiraError: { code, message } });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askInTurn));
  return answers;
}

function compare(held: HeldState | undefined, sent: number): JiraAnswer['jira'] {
  if (held === undefined) return { holds: 'nothing', state: null, at: null, sequence: null };
  const { state, sequence, lastUpdated } = held;
  const apart = sequence < sent ? 'older' : 'newer';
  return { holds: sequence === sent ? 'same' : apart, state, at: text(lastUpdated), sequence };
}
