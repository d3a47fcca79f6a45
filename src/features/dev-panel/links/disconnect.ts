import type { Database } from '../../../database/index.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { Log } from '../../../kit/log.ts';
import { acceptDeliveries, countOpen, skipWaiting } from '../../../work/index.ts';
import type { JiraClients } from '../../connections/index.ts';
import { forgetLink, listRepositories } from '../memory/memory.ts';
import { linkProperty } from '../memory/send-development.ts';
import { takeAway } from '../memory/take-in.ts';
import { developmentTopic, tellingDelivery } from '../memory/telling.ts';
import { takeTurn } from '../turn.ts';
import type { Link, LinkStore } from './link-store.ts';
import { isLasting, type Subscriptions } from './subscriptions.ts';

/**
 * Takes a disconnected link one step further: its webhooks are removed, what waits is no longer sent, everything that
 * it sent is deleted from Jira, and when nothing of it is left there, it is deleted itself. Each step may be taken
 * again, so that a restart in between does no harm.
 */
export function createDisconnector(options: {
  database: Database;
  links: LinkStore;
  subscriptions: Subscriptions;
  jiraClients: JiraClients;
  log: Log;
  now(): Date;
}): { tend(): Promise<void> } {
  const { database, links, subscriptions, jiraClients, log, now } = options;

  const step = async (link: Link): Promise<void> => {
    // A host that is gone, or a token that was taken back, must not keep a link alive for ever.
    await subscriptions.removeAll(link).catch((thrown: unknown) => {
      const error = asTielineError(thrown);
      if (!isLasting(error)) throw error;
      log.warn({ link: link.name, err: error }, 'a webhook of a disconnected link may be left at the host');
    });
    const ofLink = { topic: developmentTopic, fact: { name: 'link', value: link.id } };
    const client = await jiraClients.get(link.jiraConnectionId);
    const { edition } = await client.identify();
    if (edition === 'cloud') {
      await database.transaction('disconnect', (trx) =>
        skipWaiting(trx, ofLink, 'the link was disconnected', now()),
      );
      // What is on its way would be there again after the deletion.
      if ((await countOpen(database.kysely, ofLink)) > 0) return;
      const properties = { [linkProperty]: link.id };
      await client.devInfo.removeByProperties(properties);
      if (await client.devInfo.existsByProperties(properties)) return;
    } else {
      await withdrawOneByOne(link);
      if ((await countOpen(database.kysely, ofLink)) > 0) return;
    }
    await database.transaction('disconnect', async (trx) => {
      await forgetLink(trx, link.id);
      await links.remove(trx, link.id);
    });
  };

  /** A self-hosted Jira holds a link for each entity and issue, which only their own deletion takes back. */
  const withdrawOneByOne = async (link: Link): Promise<void> => {
    for (const repository of await listRepositories(database.kysely, link.id)) {
      await database.transaction('disconnect', async (trx) => {
        const at = now();
        const tellings = await takeAway(trx, { linkId: link.id, repository, at });
        await acceptDeliveries(
          trx,
          tellings.map((telling) => tellingDelivery({ link, telling, backfill: false })),
          at,
        );
      });
    }
  };

  return {
    async tend() {
      for (const link of await links.listDisconnecting()) {
        await takeTurn(database, `disconnect ${link.id}`, () => step(link)).catch((thrown: unknown) => {
          const error = thrown instanceof TielineError ? thrown.code : thrown;
          log.warn(
            { link: link.name, err: error },
            'a link could not be disconnected yet; it is tried again',
          );
        });
      }
    },
  };
}
