import type { Database } from '../../../database/index.ts';
import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import type { Log } from '../../../kit/log.ts';
import { acceptDeliveries } from '../../../work/index.ts';
import { listRepositories } from '../memory/memory.ts';
import { takeAgain, takeAway } from '../memory/take-in.ts';
import { tellingDelivery } from '../memory/telling.ts';
import { takeTurn } from '../turn.ts';
import { findExclusion } from './link-filter.ts';
import type { Link, LinkStore } from './link-store.ts';

/**
 * Lets what Jira shows follow the rules of links that were changed: what a link takes no longer is withdrawn, and what
 * names a project that it may touch now is shown, as far as it is remembered. Repository by repository, each in a
 * transaction; taken up again after a restart.
 */
export function createRuleFollower(options: {
  database: Database;
  links: LinkStore;
  log: Log;
  now(): Date;
}): { tend(): Promise<void> } {
  const { database, links, log, now } = options;

  const follow = async (link: Link): Promise<void> => {
    const { rulesChangedAt } = link;
    if (rulesChangedAt === null) return;
    for (const repository of await listRepositories(database.kysely, link.id)) await review(link, repository);
    await links.markRulesFollowed(link.id, rulesChangedAt);
  };

  const review = async (link: Link, repository: RepositoryInfo): Promise<void> => {
    const leftOut =
      findExclusion(link, repository.name) !== undefined ||
      (await links.findNearest(link.host, repository.name)) !== link.id;
    await database.transaction('follow-rules', async (trx) => {
      const about = { linkId: link.id, repository, at: now() };
      const tellings = leftOut
        ? await takeAway(trx, about)
        : await takeAgain(trx, { ...about, projects: link.projects });
      await acceptDeliveries(
        trx,
        tellings.map((telling) => tellingDelivery({ link, telling, backfill: false })),
        about.at,
      );
    });
  };

  return {
    async tend() {
      for (const { id } of await links.listWithChangedRules()) {
        await takeTurn(database, `follow-rules ${id}`, async () => {
          const link = await links.find(id);
          if (link !== undefined && link.disconnectingSince === null) await follow(link);
        }).catch((thrown: unknown) =>
          log.warn({ link: id, err: thrown }, 'the new rules of a link could not be followed yet'),
        );
      }
    },
  };
}
