import type { TopicHandler } from '../../../work/index.ts';
import { type DevelopmentBody, keyOf } from '../memory/telling.ts';
import type { HookStore, PanelEvent } from './hook-store.ts';

/** So long changes are gathered, so that a push of many commits is one call. */
const gatherMs = 1_000;

/**
 * A handler that does what another does, and then has the webhooks called that wait for what Jira was told of, whatever
 * Jira said: the panel reads the hub's memory, which has it by then.
 */
export function notingChanges(
  handler: TopicHandler,
  { hooks, now }: { hooks: HookStore; now(): Date },
): TopicHandler {
  return {
    ...handler,
    async send(deliveries, context) {
      const result = await handler.send(deliveries, context);
      // All of a stream have one connection.
      const [first] = deliveries;
      if (first === undefined || !(await hooks.isListening(first.connectionId))) return result;
      const changes = changesIn(deliveries.map(({ body }) => JSON.parse(body)));
      for (const [repositoryId, { linkId, events }] of changes) {
        const place = { linkId, repositoryId: repositoryId.slice(linkId.length + 1) };
        await hooks.markDue(place, [...events], new Date(now().getTime() + gatherMs));
      }
      return result;
    },
  };
}

/** What changed, by the repository's id at Jira's side: the link's and the host's own. */
function changesIn(bodies: DevelopmentBody[]): Map<string, { linkId: string; events: Set<PanelEvent> }> {
  const changes = new Map<string, { linkId: string; events: Set<PanelEvent> }>();
  for (const { linkId, entity } of bodies) {
    const { repositoryId, kind } = keyOf(entity);
    const known = changes.get(repositoryId) ?? { linkId, events: new Set() };
    known.events.add(kind === 'pull-request' ? 'pull_request' : 'push');
    changes.set(repositoryId, known);
  }
  return changes;
}
