import type { Database } from '../database/index.ts';
import { asTielineError, TielineError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { type Claimed, claim, nextOf, settle, type Verdict } from './attempt.ts';
import type { Sendable, SendOutcome, SendResult, TopicHandler } from './delivery.ts';
import { nudgeAt } from './nudge.ts';
import { nextAttempt, type Pace } from './retry.ts';

/** What a drain needs to know of its surroundings. */
export interface DrainContext {
  database: Database;
  handlers: Map<string, TopicHandler>;
  replicaId: string;
  log: Log;
  now(): Date;
  pace: Pace;
  /** See {@link SendContext}. */
  wake(streams: Iterable<string>): void;
  /** Waits a while after so much work when whoever posts must not wait for the machine. */
  giveWay(workedMs: number): Promise<void>;
  /** True once the hub is shutting down: what runs ends, nothing new is taken. */
  stopping(): boolean;
}

/**
 * Sends what a stream may send, oldest first, until it is empty, paused, or the hub stops.
 * Every delivery taken ends in a state: final, or queued with a moment for the next try.
 */
export async function drainStream(context: DrainContext, stream: string): Promise<void> {
  for (;;) {
    if (context.stopping()) return;
    const begunAt = performance.now();
    const claimed = await claim(context, stream);
    if (claimed.length === 0) {
      const nextAt = await nextOf(context, stream);
      if (nextAt !== undefined) await nudgeAt(context.database.kysely, stream, nextAt);
      return;
    }
    const newest = claimed.filter(isSendable);
    const { outcomes, requests } = await send(context, newest);
    const verdicts = newest.map((delivery, index) => judge(context, delivery, outcomes[index]));
    await settle(context, stream, [...verdicts, ...supersededOf(claimed), ...expiredOf(claimed)], requests);
    await context.giveWay(performance.now() - begunAt);
  }
}

/** Of several waiting states of one entity only the newest is worth sending; Jira would show no other. */
function supersededOf(claimed: Claimed[]): Verdict[] {
  return claimed.flatMap(({ id, supersededBy }): Verdict[] => {
    if (supersededBy === null) return [];
    const answer = { reason: 'a newer state of it was sent in its place', supersededBy };
    return [{ id, state: 'superseded', answer }];
  });
}

type Taken = Claimed & Sendable;

const isSendable = (delivery: Claimed): delivery is Taken =>
  delivery.supersededBy === null && delivery.body !== null;

/** What was held or paused for so long that its payload is gone. */
function expiredOf(claimed: Claimed[]): Verdict[] {
  return claimed.flatMap(({ id, supersededBy, body }): Verdict[] => {
    if (supersededBy !== null || body !== null) return [];
    return [
      { id, state: 'dead', error: new TielineError('delivery-expired', 'Its payload is no longer kept') },
    ];
  });
}

async function send(context: DrainContext, deliveries: Taken[]): Promise<SendResult> {
  if (deliveries.length === 0) return { outcomes: [], requests: [] };
  const topic = deliveries[0]?.topic ?? '';
  const handler = context.handlers.get(topic);
  try {
    if (handler === undefined) {
      throw new TielineError('internal-error', `This hub does not know how to send "${topic}"`);
    }
    const result = await handler.send(deliveries, context);
    if (result.outcomes.length === deliveries.length) return result;
    throw new TielineError('internal-error', `The handler of "${topic}" gave an outcome too few or too many`);
  } catch (thrown) {
    const error = asTielineError(thrown);
    // Of a connection that somebody must repair the log has one line, where its work is held.
    if (error.retry !== 'once-repaired')
      context.log.error({ err: thrown, topic, deliveries: deliveries.length }, 'sending failed');
    return { outcomes: deliveries.map(() => ({ state: 'failed', error })), requests: [] };
  }
}

function judge(context: DrainContext, delivery: Claimed, outcome: SendOutcome | undefined): Verdict {
  if (outcome === undefined) throw new TypeError('send gives an outcome for each delivery');
  if (outcome.state !== 'failed') return { id: delivery.id, ...outcome };
  const { error } = outcome;
  if (error.retry === 'once-repaired') {
    return { id: delivery.id, state: 'queued', error, holds: delivery.connectionId };
  }
  const next = nextAttempt({
    error,
    attempts: delivery.attempts,
    since: triableSince(delivery),
    now: context.now(),
    random: Math.random(),
    pace: context.pace,
  });
  if (next === undefined) return { id: delivery.id, state: 'dead', error };
  return { id: delivery.id, state: 'queued', error, waitUntil: next };
}

/** The day that a delivery has begins anew when its connection is let go: while it was held nothing could be tried. */
const triableSince = ({ receivedAt, releasedAt }: Claimed): Date =>
  releasedAt !== null && releasedAt > receivedAt ? releasedAt : receivedAt;
