import type { Kysely } from 'kysely';
import type { Database, Schema } from '../../../database/index.ts';
import type { DevInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import { acceptDeliveries } from '../../../work/index.ts';
import type { Link } from '../links/link-store.ts';
import { lockPlace, memberOf, recall } from '../memory/memory.ts';
import { entitiesIn, keyOfMember, nameOf } from '../memory/sighting.ts';
import { takeAway } from '../memory/take-in.ts';
import { takeInOfLink } from '../memory/take-in-of-link.ts';
import { type Telling, tellingDelivery } from '../memory/telling.ts';
import type { TakeSmartCommits } from '../smart-commits/take-smart-commits.ts';
import { findingOf, nameIn, shouldHaveCome } from './findings.ts';
import type { Look, LookStore } from './look-store.ts';

/** The steps of a look: each stores what it repairs, what Jira is to be told, and the finding in one transaction. */
export interface LookSteps {
  /** Takes in what differs from the memory. A commit that is known is left as it is: it never changes. */
  repair(info: DevInfo, at: Date): Promise<void>;
  /** As repair, with commits that are known too: their pages are elsewhere now. */
  retell(info: DevInfo, at: Date): Promise<void>;
  /** Counts branches and pull requests that were compared. */
  count(checked: number): Promise<void>;
  /** Takes a repository out of Jira. */
  withdraw(repository: RepositoryInfo, reason: string, at: Date): Promise<void>;
}

/** Steps of one look at one link. On a link that is being disconnected they do nothing. */
export function createLookSteps(
  parts: { database: Database; looks: LookStore; takeSmartCommits: TakeSmartCommits; now(): Date },
  link: Link,
  look: Look,
): LookSteps {
  const { database, looks, takeSmartCommits, now } = parts;
  const step = (work: (trx: Kysely<Schema>) => Promise<void>) =>
    database.transaction('look', async (trx) => {
      if (await looks.keepsLink(trx, link.id)) await work(trx);
    });
  const tell = (trx: Kysely<Schema>, tellings: Telling[]) =>
    acceptDeliveries(
      trx,
      tellings.map((telling) => tellingDelivery({ link, telling, backfill: false })),
      now(),
    );

  const take = (info: DevInfo, at: Date, withKnownCommits: boolean) =>
    step(async (trx) => {
      const place = { linkId: link.id, repositoryId: info.repository.id };
      const looked = new Set(entitiesIn(info));
      await lockPlace(trx, place);
      const rows = await recall(trx, place, [...looked].map(keyOfMember));
      const known = new Map(rows.map((row) => [nameOf(row), row]));
      const unknown = info.commits.filter(({ sha }) => !known.has(memberOf('commit', sha)));
      const fresh = withKnownCommits ? info : { ...info, commits: unknown };
      const { tellings } = await takeInOfLink(trx, { linkId: link.id, sightings: [{ info: fresh, at }] });
      await tell(trx, tellings);
      await takeSmartCommits(trx, { link, repository: info.repository, commits: unknown });
      const beforeOf = (telling: Telling) => known.get(nameIn(telling));
      const missed = tellings.filter(
        (telling) => looked.has(nameIn(telling)) && shouldHaveCome(telling, beforeOf(telling)),
      );
      const findings = tellings.map((telling) => findingOf(telling, beforeOf(telling)));
      // What its webhooks tell may still wait in the ledger.
      const isLate = missed.length > 0 && (await looks.hasEventsWaiting(trx, place));
      await looks.add(trx, look, { checked: 0, findings, missed: isLate ? 0 : missed.length });
    });

  return {
    repair: (info, at) => take(info, at, false),
    retell: (info, at) => take(info, at, true),
    count: (checked) => step((trx) => looks.add(trx, look, { checked, findings: [], missed: 0 })),
    withdraw: (repository, reason, at) =>
      step(async (trx) => {
        const tellings = await takeAway(trx, { linkId: link.id, repository, at });
        await looks.forgetMark(trx, link.id, repository.id);
        await tell(trx, tellings);
        const finding = { repository: repository.name, what: 'repository', was: 'covered', now: reason };
        await looks.add(trx, look, {
          checked: 0,
          findings: tellings.length === 0 ? [] : [finding],
          missed: 0,
        });
      }),
  };
}
