import { sql } from 'kysely';
import type { Database } from '../../../database/index.ts';
import type { HistoryPage } from '../../../kit/code-host.ts';
import { asTielineError, type TielineError } from '../../../kit/errors.ts';
import type { Log } from '../../../kit/log.ts';
import { acceptDeliveries, onLeanHeap } from '../../../work/index.ts';
import type { CodeHosts, OpenedHost } from '../code-hosts.ts';
import { findExclusion } from '../links/link-filter.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import { problemOf } from '../links/subscriptions.ts';
import { takeInOfLink } from '../memory/take-in-of-link.ts';
import { tellingDelivery } from '../memory/telling.ts';
import { takeTurn } from '../turn.ts';
import type { Backfill, BackfillPart, BackfillStore } from './backfill-store.ts';

/** A part that fails so often in a row, each time later, has failed; the others go on. */
const mostFailures = 6;
const firstWaitMs = 5_000;
const longestWaitMs = 10 * 60 * 1000;
const repositoriesAtOnce = 100;
/**
 * A page counts as this much older than the moment at which it was asked for: hosts have clocks of their own, some count
 * whole seconds, and what a webhook told in the meantime must not pass for older than a page.
 */
const marginMs = 2 * 60 * 1000;

/**
 * Walks backfills: repository after repository, page after page, each page taken in and its place remembered in one
 * transaction, so that a killed hub goes on where it was and tells nothing twice. What comes of it goes to Jira at its
 * own pace, in a stream of its own: live events pass it.
 */
export function createBackfillRunner(options: {
  database: Database;
  links: LinkStore;
  backfills: BackfillStore;
  codeHosts: CodeHosts;
  log: Log;
  now(): Date;
}): { tend(): Promise<void>; stop(): void } {
  const { database, links, backfills, codeHosts, log, now } = options;
  let stopping = false;

  const run = async (backfill: Backfill): Promise<void> => {
    const link = await links.find(backfill.linkId);
    if (link === undefined || link.disconnectingSince !== null) return;
    const host = await codeHosts.open(link.hostConnectionId);
    if (backfill.listedAt === null) await listRepositories(backfill, link, host);
    for (;;) {
      if (stopping || !(await backfills.isRunning(database.kysely, backfill.id))) return;
      const part = await backfills.findNextPart(backfill.id, now());
      if (part === undefined) break;
      await walk(backfill, link, host, part).catch(async (thrown: unknown) => {
        await keepFailure(part, asTielineError(thrown));
      });
    }
    await backfills.endIfDone(backfill.id, now());
  };

  const listRepositories = async (backfill: Backfill, link: Link, host: OpenedHost): Promise<void> => {
    let found = [];
    for (const { path } of link.scopes) {
      for await (const repository of host.codeHost.repositories(host.connection, path)) {
        if (findExclusion(link, repository.name) !== undefined) continue;
        if ((await links.findNearest(host.address, repository.name)) !== link.id) continue;
        found.push(repository);
        if (found.length < repositoriesAtOnce) continue;
        await backfills.addParts(backfill.id, found);
        found = [];
      }
    }
    await backfills.addParts(backfill.id, found);
    await backfills.markListed(backfill.id, now());
  };

  const walk = async (
    backfill: Backfill,
    link: Link,
    { codeHost, connection }: OpenedHost,
    part: BackfillPart,
  ): Promise<void> => {
    const since = backfill.since ?? undefined;
    const from = { since, cursor: part.cursor ?? undefined };
    const pages = codeHost.history(connection, part.repository, part.kind, from)[Symbol.asyncIterator]();
    const beforeNow = () => new Date(now().getTime() - marginMs);
    let askedAt = beforeNow();
    let coming = pages.next();
    for (;;) {
      const { done, value: page } = await coming;
      const at = askedAt;
      if (done === true) return;
      // The next page comes while this one is stored. Whoever awaits it hears of its failure.
      askedAt = beforeNow();
      coming = page.cursor === undefined ? Promise.resolve({ done: true, value: undefined }) : pages.next();
      coming.catch(() => undefined);
      if (stopping || !(await store(backfill, link, part, page, at))) {
        await pages.return?.();
        return;
      }
      if (page.cursor === undefined) return;
    }
  };

  /** False once the backfill was paused or cancelled; then nothing was stored. */
  const store = (
    backfill: Backfill,
    link: Link,
    part: BackfillPart,
    page: HistoryPage,
    at: Date,
  ): Promise<boolean> =>
    database.transaction('backfill', async (trx) => {
      // What a crash of the database takes away, it takes together with the place in the walk: the page comes again.
      await sql`set local synchronous_commit = off`.execute(trx);
      if (!(await backfills.isRunning(trx, backfill.id))) return false;
      const taken = await takeInOfLink(trx, { linkId: link.id, sightings: [{ info: page.info, at }] });
      await acceptDeliveries(
        trx,
        taken.tellings.map((telling) => tellingDelivery({ link, telling, backfill: true })),
        now(),
      );
      const { cursor, total } = page;
      await backfills.keepPage(trx, part, {
        cursor,
        total,
        entities: taken.looked,
        told: taken.tellings.length,
      });
      return true;
    });

  const keepFailure = async (part: BackfillPart, error: TielineError): Promise<void> => {
    const isLast = error.retry === 'never' || part.failures + 1 >= mostFailures;
    const named = typeof error.retry === 'object' ? error.retry.after : undefined;
    const waitMs = Math.min(firstWaitMs * 2 ** part.failures, longestWaitMs);
    const retryAt = isLast ? undefined : (named ?? new Date(now().getTime() + waitMs));
    await backfills.keepFailure(part, problemOf(error), retryAt);
    const { kind, repository } = part;
    log.warn({ err: error, kind, repository: repository.name, retryAt }, 'a part of a backfill failed');
  };

  return {
    async tend() {
      for (const backfill of await backfills.listRunning()) {
        if (stopping) return;
        await takeTurn(database, `backfill ${backfill.id}`, () => onLeanHeap(() => run(backfill))).catch(
          async (thrown: unknown) => {
            const error = asTielineError(thrown);
            log.warn({ err: thrown, backfill: backfill.id }, 'a backfill could not go on; it is tried again');
            await backfills.keepProblem(backfill.id, problemOf(error));
          },
        );
      }
    },
    stop() {
      stopping = true;
    },
  };
}
