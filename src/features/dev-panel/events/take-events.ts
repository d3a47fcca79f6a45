import { type Kysely, sql } from 'kysely';
import { type Database, prepared, type Schema } from '../../../database/index.ts';
import type { Touched } from '../../../kit/code-host.ts';
import type { DevInfo } from '../../../kit/dev-info.ts';
import { acceptDeliveries, queuedStreams, type SendContext } from '../../../work/index.ts';
import type { OpenedHost } from '../code-hosts.ts';
import { findExclusion } from '../links/link-filter.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import { borrowersIn, entitiesIn, nameOf, type Sighting } from '../memory/sighting.ts';
import { takeAway } from '../memory/take-in.ts';
import { takeInOfLink } from '../memory/take-in-of-link.ts';
import { keyOf, type Telling, tellingDelivery } from '../memory/telling.ts';
import type { TakeSmartCommits } from '../smart-commits/take-smart-commits.ts';
import { findHeads, joinCommits, loadEvent } from './load-event.ts';
import { inPushOrder } from './push-order.ts';

/** What was loaded waits no longer for the events after it, of which a host may be slow to tell. */
const gatherMs = 50;

/** An event, and what came of it so far. */
export interface TakenEvent {
  /** Of its delivery. */
  id: string;
  /** What it touched, and when: the time of receipt stands for it where the host tells none. */
  touched: (Touched & { at: Date })[];
  /** How many entities were looked at. */
  looked: number;
  /** Deliveries to Jira. */
  told: string[];
  issues: string[];
  /** Why something was left out. */
  notes: string[];
  /** What was thrown: it must be taken once more. */
  failure?: unknown;
}

/** Events of one link that are taken together. */
interface Turn {
  link: Link;
  host: OpenedHost;
  /** In the order in which they came. */
  events: TakenEvent[];
  wake: SendContext['wake'];
}

/**
 * Takes in what events touched: completes it at the host, remembers it, and leaves what Jira must be told in the ledger,
 * all of which is noted in the events. Those that wait together are stored together. Taking the same in twice tells
 * nothing new, so a crash in between does no harm.
 */
export type TakeEvents = (turn: Turn) => Promise<void>;

/** One thing that an event touched. */
interface Part {
  event: TakenEvent;
  touched: Touched & { at: Date };
}

/** The same, as the host tells of it now. */
interface Loaded extends Sighting {
  event: TakenEvent;
}

/** See {@link TakeEvents}. */
export function createTakeEvents(options: {
  database: Database;
  links: LinkStore;
  takeSmartCommits: TakeSmartCommits;
  now(): Date;
}): TakeEvents {
  const { database, links, takeSmartCommits, now } = options;

  const store = async (
    { link, wake }: Turn,
    decide: (trx: Kysely<Schema>) => Promise<Telling[]>,
    causesOf: (telling: Telling) => TakenEvent[],
  ): Promise<void> => {
    const { streams, causes } = await database.transaction('code-event', async (trx) => {
      // The events are durable, and not settled before this is: what a crash of the database takes away is done again, and
      // Jira drops what it knows. A disk flush here would only make Jira wait.
      await sql`set local synchronous_commit = off`.execute(trx);
      const tellings = await decide(trx);
      const deliveries = tellings.map((telling) => tellingDelivery({ link, telling, backfill: false }));
      const accepted = await acceptDeliveries(trx, deliveries, now(), { woken: true });
      const causes = tellings.flatMap((telling, index): Cause[] => {
        const { id = '' } = accepted[index] ?? {};
        const { issueKeys = [] } = deliveries[index] ?? {};
        return causesOf(telling).map((event) => ({ event, told: id, issueKeys }));
      });
      await noteIssues(trx, causes);
      return { streams: queuedStreams(deliveries, accepted), causes };
    });
    wake(streams);
    for (const { event, told, issueKeys } of causes) {
      event.told.push(told);
      event.issues.push(...issueKeys);
    }
  };

  const takeTogether = async (turn: Turn, loaded: [Loaded, ...Loaded[]]): Promise<void> => {
    const decide = async (trx: Kysely<Schema>): Promise<Telling[]> => {
      const { tellings } = await takeInOfLink(trx, { linkId: turn.link.id, sightings: loaded });
      const commits = joinCommits(loaded.map(({ info }) => info.commits));
      await takeSmartCommits(trx, { link: turn.link, repository: loaded[0].info.repository, commits });
      return tellings;
    };
    await store(turn, decide, causesIn(loaded));
    for (const { event, info } of loaded) event.looked += entitiesIn(info).length;
  };

  /** Together; where that fails, each by itself: one that cannot be stored must not sink its neighbours. */
  const take = async (turn: Turn, [first, ...others]: Loaded[]): Promise<void> => {
    if (first === undefined) return;
    try {
      await takeTogether(turn, [first, ...others]);
    } catch (error) {
      if (others.length === 0) first.event.failure = error;
      else for (const one of [first, ...others]) await take(turn, [one]);
    }
  };

  /** The links that cover repositories most closely, by repository name. */
  const findNearest = async ({ host }: Turn, touched: Touched[]) => {
    const names = [...new Set(touched.map(({ repository }) => repository.name))];
    const found = names.map(async (name) => [name, await links.findNearest(host.address, name)] as const);
    return new Map(await Promise.all(found));
  };

  const takeAll = async (turn: Turn, parts: [Part, ...Part[]]): Promise<void> => {
    const { link, host } = turn;
    const all = parts.map(({ touched }) => touched);
    const [heads, nearest] = await Promise.all([findHeads(database, link.id, all), findNearest(turn, all)]);
    let loaded: Loaded[] = [];
    let since = 0;
    const takeLoaded = async () => {
      const waiting = loaded;
      loaded = [];
      await take(turn, waiting);
    };
    for (const { event, touched } of inPushOrder(parts, heads)) {
      const { repository, at } = touched;
      try {
        const reason = whyLeftOut(link, touched, nearest.get(repository.name));
        if (reason === undefined) {
          const sighting = await loadEvent({ database, link, host, heads, now }, touched);
          if (loaded.length === 0) since = performance.now();
          loaded.push({ event, ...sighting });
        } else {
          await takeLoaded();
          event.notes.push(reason);
          await store(
            turn,
            (trx) => takeAway(trx, { linkId: link.id, repository, at }),
            () => [event],
          );
          heads.clear();
        }
      } catch (error) {
        event.failure = error;
      }
      if (performance.now() - since >= gatherMs) await takeLoaded();
    }
    await takeLoaded();
  };

  return async (turn) => {
    const parts = turn.events.flatMap((event) => event.touched.map((touched) => ({ event, touched })));
    // Hardly ever more than one: a stream is of one repository, and so is what a host tells of.
    for (const [first, ...others] of Map.groupBy(parts, ({ touched }) => touched.repository.id).values()) {
      if (first !== undefined) await takeAll(turn, [first, ...others]);
    }
  };
}

/** Why a repository is to be forgotten; undefined while it is there and the link's. */
function whyLeftOut(link: Link, touched: Touched, nearest: string | undefined): string | undefined {
  const { name } = touched.repository;
  const exclusion = findExclusion(link, name);
  if (exclusion !== undefined) return exclusion;
  if (nearest !== link.id) return `another link covers the repository ${name} more closely, or none does`;
  const isDeleted = touched.kind === 'repository' && touched.change === 'deleted';
  return isDeleted ? `the repository ${name} was deleted` : undefined;
}

/** A delivery to Jira, and an event that it came of. */
interface Cause {
  event: TakenEvent;
  told: string;
  issueKeys: string[];
}

/**
 * Of which events it came that Jira must be told: of those that name the entity, else of the pull requests that lend it
 * keys, else, where it lost some, of all pull requests.
 */
function causesIn(loaded: Loaded[]): (telling: Telling) => TakenEvent[] {
  const naming = eventsBy(loaded, entitiesIn);
  const lending = eventsBy(loaded, borrowersIn);
  const pullRequests = loaded.filter(({ info }) =>
    entitiesIn(info).some((name) => name.startsWith('pull-request:')),
  );
  const others = new Set(pullRequests.map(({ event }) => event));
  return ({ entity }) => {
    const name = nameOf(keyOf(entity));
    return [...(naming.get(name) ?? lending.get(name) ?? others)];
  };
}

/** Events by the names that are found in what was loaded. */
function eventsBy(loaded: Loaded[], namesIn: (info: DevInfo) => string[]): Map<string, Set<TakenEvent>> {
  const events = new Map<string, Set<TakenEvent>>();
  for (const { event, info } of loaded) {
    for (const name of namesIn(info)) events.set(name, (events.get(name) ?? new Set()).add(event));
  }
  return events;
}

/** So that an event is found among the deliveries of the issues that it came to name. */
async function noteIssues(trx: Kysely<Schema>, causes: Cause[]): Promise<void> {
  const rows = causes.flatMap(({ event: { id }, issueKeys }) => issueKeys.map((key) => ({ id, key })));
  if (rows.length === 0) return;
  await sql`${prepared}
    with named as (
      select id, array_agg(distinct key) as keys
      from json_to_recordset(${JSON.stringify(rows)}::json) as row(id uuid, key text) group by id
    )
    update deliveries set issue_keys = array(select distinct key from unnest(issue_keys || keys) as key)
    from named where deliveries.id = named.id`.execute(trx);
}
