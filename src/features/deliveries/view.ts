import { z } from 'zod';
import { isoDate, text } from '../../kit/paging.ts';
import { type Delivery, deliveryStates, finalStates } from '../../work/index.ts';

/** What may become of an issue key. */
export const issueOutcomes = [
  'linked',
  'unknown',
  'rejected',
  'left-out',
  'withdrawn',
  'passed-on',
  'carried-out',
  'not-allowed',
  'not-sent',
  'pending',
] as const;

/** A delivery as the API shows it. */
export const deliveryView = z.object({
  id: z.string(),
  direction: z.enum(['in', 'out']),
  topic: z.string(),
  connectionId: z.string().nullable(),
  connectKeyId: z.string().nullable(),
  summary: z.string(),
  state: z.enum(deliveryStates),
  final: z.boolean().meta({ description: 'True when nothing more happens to it, unless it is replayed.' }),
  issues: z
    .array(z.object({ key: z.string(), outcome: z.enum(issueOutcomes), message: z.string().optional() }))
    .meta({
      description:
        'What became of each issue key, in the order given. withdrawn: taken off the issue again. passed-on: what came in led to deliveries of its own. carried-out: what a commit message asked for was done.',
    }),
  unknownServices: z.array(z.string()).meta({
    description: 'Services that Jira does not know, or that are more than it takes for one deployment.',
  }),
  sequence: z.number().nullable().meta({ description: 'Orders the states of one entity at Jira.' }),
  eventAt: isoDate.nullable(),
  attempts: z.number(),
  waiting: z.object({ reason: z.string(), until: isoDate.nullable() }).nullable(),
  reason: z.string().nullable().meta({ description: 'Why it was not sent, when it was not.' }),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  replayOf: z.string().nullable(),
  receivedAt: isoDate,
  endedAt: isoDate.nullable(),
});
export type DeliveryView = z.output<typeof deliveryView>;

/** What a topic's handler leaves as the answer; every part may be absent. */
const storedAnswer = z.object({
  issues: z
    .array(z.object({ key: z.string(), outcome: z.enum(issueOutcomes), message: z.string().optional() }))
    .optional(),
  unknownServices: z.array(z.string()).optional(),
  reason: z.string().optional(),
});

/** Shows a delivery: every key given has an outcome, also one that was not sent. */
export function viewDelivery(delivery: Delivery): DeliveryView {
  const answer = storedAnswer.safeParse(delivery.answer).data ?? {};
  const final = finalStates.some((state) => state === delivery.state);
  const answered = new Map((answer.issues ?? []).map((issue) => [issue.key, issue]));
  const unanswered = final ? ('not-sent' as const) : ('pending' as const);
  return {
    id: delivery.id,
    direction: delivery.direction,
    topic: delivery.topic,
    connectionId: delivery.connectionId,
    connectKeyId: delivery.connectKeyId,
    summary: delivery.summary,
    state: delivery.state,
    final,
    issues: [
      ...delivery.issueKeys.map((key) => answered.get(key) ?? { key, outcome: unanswered }),
      ...delivery.refusedKeys.map((key) => ({
        key,
        outcome: 'not-allowed' as const,
        message: `the ${delivery.connectKeyId === null ? 'link' : 'connect key'} does not allow this project`,
      })),
    ],
    unknownServices: answer.unknownServices ?? [],
    sequence: delivery.sequence,
    eventAt: text(delivery.eventAt),
    attempts: delivery.attempts,
    waiting: delivery.waiting && { reason: delivery.waiting.reason, until: text(delivery.waiting.until) },
    reason: answer.reason ?? null,
    error: delivery.error,
    replayOf: delivery.replayOf,
    receivedAt: text(delivery.receivedAt),
    endedAt: text(delivery.endedAt),
  };
}
