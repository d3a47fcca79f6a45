import { z } from 'zod';
import type { NewDelivery } from '../../../work/index.ts';

/** The topic of webhooks that a link has no use for any more. */
export const webhookRemovalTopic = 'webhook-removal';

/** A webhook to remove, as the ledger keeps it. */
export const webhookRemoval = z.object({ linkId: z.string(), path: z.string(), subscription: z.string() });

/** The removals of what is registered for scopes that a link no longer covers. */
export function webhookRemovals(
  link: { id: string; hostConnectionId: string },
  lost: { path: string; subscription: string | null }[],
  at: Date,
): NewDelivery[] {
  return lost.flatMap(({ path, subscription }) => {
    if (subscription === null) return [];
    const body: z.input<typeof webhookRemoval> = { linkId: link.id, path, subscription };
    return {
      direction: 'out' as const,
      topic: webhookRemovalTopic,
      connectionId: link.hostConnectionId,
      stream: `${webhookRemovalTopic}:${link.id}`,
      orderingKey: `${link.id} ${path}`,
      eventAt: at,
      summary: `Removal of the webhook of ${path}`,
      issueKeys: [],
      body: JSON.stringify(body),
      facts: { link: link.id },
    };
  });
}
