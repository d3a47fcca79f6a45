import { z } from 'zod';
import { isoDate, text } from '../../kit/paging.ts';
import type { NewestState } from '../../work/index.ts';
import { type DeliveryView, deliveryView, issueOutcomes, viewDelivery } from '../deliveries/index.ts';
import { type JiraAnswer, jiraAnswer } from './held-by-jira.ts';

const named = z.object({ id: z.string(), name: z.string().nullable() });

const entityView = jiraAnswer.extend({
  topic: z.string().meta({ description: '`build` or `deployment`.' }),
  summary: z.string(),
  state: z.string().nullable().meta({ description: 'As sent; null once the payload is no longer kept.' }),
  url: z.string().nullable(),
  environment: z.string().nullable(),
  at: isoDate.nullable().meta({ description: 'When the state came to be, by the clock of the CI.' }),
  sequence: z.number().nullable(),
  connection: named.nullable(),
  delivery: z.string(),
  deliveryState: z.string(),
  outcome: z.enum([...issueOutcomes, 'not-named']).meta({
    description: '`not-named`: the newest state no longer names the issue, so Jira shows it there no more.',
  }),
});
export type EntityView = z.output<typeof entityView>;

/** Everything that is known of an issue, as the API shows it. */
export const explanationView = z.object({
  issue: z.string(),
  notes: z.array(z.string()).meta({ description: 'Why something is not on the issue, in sentences.' }),
  entities: z.array(entityView).meta({
    description: 'The newest state of each build and deployment that was ever reported for the issue.',
  }),
  deliveries: z.array(deliveryView.extend({ connection: named.nullable(), connectKey: named.nullable() })),
  next: z.string().nullable().meta({ description: 'The cursor of older deliveries.' }),
});
export type ExplanationView = z.output<typeof explanationView>;

/** What was posted, as far as an explanation shows it. */
const shownPayload = z.object({
  state: z.string(),
  url: z.string(),
  environment: z.object({ displayName: z.string() }).optional(),
});

/** An id with its name; the name is null once what it names is deleted. */
export function nameOf(id: string | null, names: Map<string, string>): z.output<typeof named> | null {
  return id === null ? null : { id, name: names.get(id) ?? null };
}

/** Shows the newest state of an entity as seen from one issue. */
export function viewEntity(
  { delivery, payload }: NewestState,
  issue: string,
  connectionNames: Map<string, string>,
  answer: JiraAnswer,
): EntityView {
  const shown = shownPayload.safeParse(payload).data;
  return {
    topic: delivery.topic,
    summary: delivery.summary,
    state: shown?.state ?? null,
    url: shown?.url ?? null,
    environment: shown?.environment?.displayName ?? null,
    at: text(delivery.eventAt),
    sequence: delivery.sequence,
    connection: nameOf(delivery.connectionId, connectionNames),
    delivery: delivery.id,
    deliveryState: delivery.state,
    outcome: outcomeFor(viewDelivery(delivery), issue) ?? 'not-named',
    ...answer,
  };
}

/** What became of one issue key in a delivery; undefined when the delivery does not name it. */
export function outcomeFor(delivery: DeliveryView, issue: string) {
  return delivery.issues.find(({ key }) => key === issue)?.outcome;
}
