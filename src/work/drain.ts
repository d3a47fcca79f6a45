import type { Database } from '../database/index.ts';
import { asTielineError, TielineError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { type Claimed, claim, pauseOf, settle, type Verdict } from './attempt.ts';
import type { SendOutcome, SendResult, TopicHandler } from './delivery.ts';
import { nudge } from './nudge.ts';
import { nextAttempt } from './retry.ts';

/** What a drain needs to know of its surroundings. */
export interface DrainContext {
  database: Database;
  handlers: Map<string, TopicHandler>;
  replicaId: string;
  log: Log;
  now(): Date;
  /** True once the hub is shutting down: what runs ends, nothing new is taken. */
  stopping(): boolean;
}

/**
 * Sends what a stream may send, oldest first, until it is empty, paused, or the hub stops.
 * Every delivery taken ends in a state: final, or queued with a moment for the next try.
 */
export async function drainStream(context: DrainContext, stream: string): Promise<void> {
  for (;;) {
    if (context.stopping()) {
      await nudge(context.database.kysely, [stream]);
      return;
    }
    const claimed = await claim(context, stream);
    if (claimed.length === 0) {
      const pausedUntil = await pauseOf(context, stream);
      if (pausedUntil !== undefined) await nudge(context.database.kysely, [stream], pausedUntil);
      return;
    }
    const { newest, superseded } = newestOfEachEntity(claimed);
    const result = await send(context, newest);
    const verdicts = newest.map((delivery, index) => judge(context, delivery, result.outcomes[index]));
    await settle(context, stream, [...verdicts, ...superseded], result.requests);
  }
}

/** Of several waiting states of one entity only the newest is worth sending; Jira would show no other. */
function newestOfEachEntity(claimed: Claimed[]): { newest: Claimed[]; superseded: Verdict[] } {
  const newest = new Map<string, Claimed>();
  for (const delivery of claimed) {
    const rival = newest.get(delivery.orderingKey);
    if (rival === undefined || rival.sequence < delivery.sequence) newest.set(delivery.orderingKey, delivery);
  }
  const superseded = claimed.flatMap((delivery): Verdict[] => {
    const winner = newest.get(delivery.orderingKey);
    if (winner === undefined || winner === delivery) return [];
    const answer = { reason: 'a newer state of it was sent in its place', supersededBy: winner.id };
    return [{ id: delivery.id, state: 'superseded', answer }];
  });
  return { newest: [...newest.values()], superseded };
}

async function send(context: DrainContext, deliveries: Claimed[]): Promise<SendResult> {
  const topic = deliveries[0]?.topic ?? '';
  const handler = context.handlers.get(topic);
  try {
    if (handler === undefined) {
      throw new TielineError('internal-error', `This hub does not know how to send "${topic}"`);
    }
    return await handler.send(deliveries);
  } catch (thrown) {
    const error = asTielineError(thrown);
    context.log.error({ err: thrown, topic, deliveries: deliveries.length }, 'sending failed');
    return { outcomes: deliveries.map(() => ({ state: 'failed', error })), requests: [] };
  }
}

function judge(context: DrainContext, delivery: Claimed, outcome: SendOutcome | undefined): Verdict {
  if (outcome === undefined) throw new TypeError(`the handler of ${delivery.topic} gave too few outcomes`);
  if (outcome.state !== 'failed') return { id: delivery.id, ...outcome };
  const next = nextAttempt({
    error: outcome.error,
    attempts: delivery.attempts,
    receivedAt: delivery.receivedAt,
    now: context.now(),
    random: Math.random(),
  });
  if (next === undefined) return { id: delivery.id, state: 'dead', error: outcome.error };
  return { id: delivery.id, state: 'queued', error: outcome.error, waitUntil: next };
}
