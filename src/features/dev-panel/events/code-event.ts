import { z } from 'zod';
import type { Hook } from '../../../kit/code-host.ts';
import { asTielineError } from '../../../kit/errors.ts';
import type { Sendable, SendOutcome, TopicHandler } from '../../../work/index.ts';
import type { CodeHosts, OpenedHost } from '../code-hosts.ts';
import type { LinkStore } from '../links/link-store.ts';
import { readHookJson } from './hook-json.ts';
import type { TakeEvents, TakenEvent } from './take-events.ts';

/** The topic of what code hosts send. */
export const codeEventTopic = 'code-event';

/** Events of one repository of a link are looked at in the order in which they came. */
export const codeEventStream = (linkId: string, repositoryId: string): string =>
  `${codeEventTopic}:${linkId}:${repositoryId}`;

/** A webhook as the ledger keeps it. */
const codeEvent = z.object({
  linkId: z.string(),
  receivedAt: z.coerce.date(),
  headers: z.record(z.string(), z.string()),
  /** The body as it came. */
  text: z.string(),
});
export type CodeEvent = z.input<typeof codeEvent>;

/** So many events are taken from the ledger at once; those that came in a crowd are taken in together. */
const eventsATurn = 25;

/** Looks at what webhooks touched, in the order in which they came. */
export function codeEventHandler(options: {
  links: LinkStore;
  codeHosts: CodeHosts;
  takeEvents: TakeEvents;
}): TopicHandler {
  const { links, codeHosts, takeEvents } = options;
  return {
    topic: codeEventTopic,
    limit: eventsATurn,
    async send(deliveries, { wake }) {
      const [first] = deliveries;
      if (first === undefined) return { outcomes: [], requests: [] };
      // All of a stream are of one link, and so of one connection.
      const [link, host] = await Promise.all([
        links.find(readEvent(first).linkId),
        codeHosts.open(first.connectionId),
      ]);
      if (link === undefined || link.disconnectingSince !== null) {
        const answer = { reason: 'the link was disconnected' };
        return { outcomes: deliveries.map(() => ({ state: 'skipped', answer })), requests: [] };
      }
      const events = deliveries.map((delivery) => begin(delivery, host));
      await takeEvents({ link, host, events, wake });
      return { outcomes: events.map(outcomeOf), requests: [] };
    },
  };
}

const readEvent = ({ body }: Sendable): z.output<typeof codeEvent> => codeEvent.parse(JSON.parse(body));

/** An event with all that it touched; or with the reason why it cannot be read. */
function begin(delivery: Sendable, { codeHost }: OpenedHost): TakenEvent {
  const event: TakenEvent = { id: delivery.id, touched: [], looked: 0, told: [], issues: [], notes: [] };
  try {
    const { headers, text, receivedAt } = readEvent(delivery);
    const hook: Hook = { headers, body: Buffer.from(text), json: readHookJson(text) };
    event.touched = codeHost.parse(hook).map((touched) => ({ at: receivedAt, ...touched }));
  } catch (error) {
    event.failure = error;
  }
  return event;
}

function outcomeOf({ looked, told, issues, notes, failure }: TakenEvent): SendOutcome {
  if (failure !== undefined) return { state: 'failed', error: asTielineError(failure) };
  const answer = {
    looked,
    deliveries: told,
    issues: [...new Set(issues)].map((key) => ({ key, outcome: 'passed-on' })),
    ...(notes.length > 0 && { notes }),
  };
  if (told.length > 0) return { state: 'delivered', answer };
  const reason = notes[0] ?? 'it names no issue, or nothing that Jira does not know already';
  return { state: 'skipped', answer: { ...answer, reason } };
}
