import { asTielineError } from '../../../kit/errors.ts';
import type { Sendable, SendOutcome, TopicHandler } from '../../../work/index.ts';
import type { Subscriptions } from './subscriptions.ts';
import { webhookRemoval, webhookRemovalTopic } from './webhook-removal.ts';

const removalsATurn = 20;

/** Removes the webhooks of scopes that have left their links. */
export function webhookRemovalHandler(subscriptions: Subscriptions): TopicHandler {
  const remove = async ({ connectionId, body }: Sendable): Promise<SendOutcome> => {
    const webhook = webhookRemoval.parse(JSON.parse(body));
    const removed = await subscriptions.removeLeft({ ...webhook, hostConnectionId: connectionId });
    if (removed) return { state: 'delivered', answer: {} };
    return { state: 'skipped', answer: { reason: `the link covers ${webhook.path} again` } };
  };

  return {
    topic: webhookRemovalTopic,
    limit: removalsATurn,
    async send(deliveries) {
      const outcomes = deliveries.map((delivery) =>
        remove(delivery).catch((thrown): SendOutcome => ({ state: 'failed', error: asTielineError(thrown) })),
      );
      return { outcomes: await Promise.all(outcomes), requests: [] };
    },
  };
}
