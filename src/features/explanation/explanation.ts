import { z } from 'zod';
import { isoDate, text } from '../../kit/paging.ts';
import type { NewestState } from '../../work/index.ts';
import { type DeliveryView, deliveryView, issueOutcomes, viewDelivery } from '../deliveries/index.ts';
import { runSummary } from '../steps/index.ts';
import { type JiraAnswer, jiraAnswer } from './held-by-jira.ts';

const named = z.object({ id: z.string(), name: z.string().nullable() });

const entityView = jiraAnswer.extend({
  topic: z.string().meta({ description: '`build`, `deployment` or `development`.' }),
  summary: z.string(),
  state: z.string().nullable().meta({ description: 'As sent; null once the payload is no longer kept.' }),
  url: z.string().nullable(),
  environment: z.string().nullable(),
  triggeredBy: z.string().nullable().meta({ description: 'Who or what started the run, as the CI says.' }),
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
    description:
      'The newest state of each build, deployment, branch, commit and pull request that was ever sent for the issue.',
  }),
  deliveries: z.array(deliveryView.extend({ connection: named.nullable(), connectKey: named.nullable() })),
  runs: z.array(runSummary).meta({ description: 'The newest runs whose steps touched the issue.' }),
  next: z.string().nullable().meta({ description: 'The cursor of older deliveries.' }),
});
export type ExplanationView = z.output<typeof explanationView>;

/** What was posted or taken in, as far as an explanation shows it. */
const shownReport = z.object({
  state: z.string(),
  url: z.string(),
  environment: z.object({ displayName: z.string() }).optional(),
  triggeredBy: z.string().optional(),
});

/** A branch, commit or pull request; of one that is gone there is nothing to show. */
const placed = z.object({ url: z.string() });
const shownDevelopment = z
  .object({
    entity: z.object({
      kind: z.string(),
      branch: placed.optional(),
      commit: placed.optional(),
      pullRequest: placed.extend({ state: z.string() }).optional(),
    }),
  })
  .transform(({ entity: { kind, branch, commit, pullRequest } }) => ({
    state: pullRequest?.state ?? (kind === 'gone' ? 'withdrawn' : 'there'),
    url: (branch ?? commit ?? pullRequest)?.url ?? null,
    environment: undefined,
    triggeredBy: undefined,
  }));
const shownPayload = z.union([shownDevelopment, shownReport]);

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
    triggeredBy: shown?.triggeredBy ?? null,
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
