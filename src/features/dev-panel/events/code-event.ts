import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database, Schema } from '../../../database/index.ts';
import type { Hook, Touched } from '../../../kit/code-host.ts';
import type { CommitInfo } from '../../../kit/dev-info.ts';
import { asTielineError } from '../../../kit/errors.ts';
import {
  acceptDeliveries,
  queuedStreams,
  type Sendable,
  type SendContext,
  type SendOutcome,
  type TopicHandler,
} from '../../../work/index.ts';
import type { CodeHosts, OpenedHost } from '../code-hosts.ts';
import { findExclusion } from '../links/link-filter.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import { loadAhead, loadGap } from '../looks/gap.ts';
import { recall, reviveBranch } from '../memory/memory.ts';
import { takeAway } from '../memory/take-in.ts';
import { takeInOfLink } from '../memory/take-in-of-link.ts';
import { type Telling, tellingDelivery } from '../memory/telling.ts';
import type { TakeSmartCommits } from '../smart-commits/take-smart-commits.ts';
import { readHookJson } from './hook-json.ts';

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

/** Events of one stream are looked at one after the other; so many are taken from the ledger at once. */
const eventsATurn = 20;

/**
 * Looks at what a webhook touched: completes it at the host, takes it in, and leaves what Jira must be told in the
 * ledger. Taking the same in twice tells nothing new, so a crash in between does no harm.
 */
export function codeEventHandler(options: {
  database: Database;
  links: LinkStore;
  codeHosts: CodeHosts;
  takeSmartCommits: TakeSmartCommits;
  now(): Date;
}): TopicHandler {
  const { database, links, codeHosts, takeSmartCommits, now } = options;

  const take = async (
    { id, link, host }: { id: string; link: Link; host: OpenedHost },
    touched: Touched,
    at: Date,
  ): Promise<Taken> => {
    const { repository } = touched;
    const about = { id, link, at };
    const [nearest, known] = await Promise.all([
      links.findNearest(host.address, repository.name),
      findKnownHead(database, link.id, touched),
    ]);
    const leftOut =
      findExclusion(link, repository.name) ??
      (nearest === link.id
        ? undefined
        : `another link covers the repository ${repository.name} more closely, or none does`);
    const forgets = touched.kind === 'repository' && touched.change === 'deleted';
    if (leftOut !== undefined || forgets) {
      const tellings = await store(about, (trx) => takeAway(trx, { linkId: link.id, repository, at }));
      return { told: tellings, looked: 0, note: leftOut ?? `the repository ${repository.name} was deleted` };
    }
    const trust = isNext(touched, known);
    const loaded = await host.codeHost.load(host.connection, touched, { trust });
    const missed = await loadGap({ database, link, host }, touched, known);
    const ahead = await loadAhead(host, touched, loaded, known);
    const info = { ...loaded, commits: joinCommits(loaded.commits, [...missed, ...ahead]) };
    let looked = 0;
    const tellings = await store(about, async (trx) => {
      const taken = await takeInOfLink(trx, { linkId: link.id, info, at });
      looked = taken.looked;
      await takeSmartCommits(trx, { link, repository: info.repository, commits: info.commits });
      return taken.tellings;
    });
    return { told: tellings, looked };
  };

  const store = (
    { id, link, at }: { id: string; link: Link; at: Date },
    decide: (trx: Kysely<Schema>) => Promise<Telling[]>,
  ): Promise<Told> =>
    database.transaction('code-event', async (trx) => {
      // The event itself is durable, and is not settled before this is: what a crash of the database takes away is done
      // again, and Jira drops what it knows. A disk flush here would only make Jira wait.
      await sql`set local synchronous_commit = off`.execute(trx);
      const tellings = await decide(trx);
      const deliveries = tellings.map((telling) =>
        tellingDelivery({ link, telling, backfill: false, takenAt: at }),
      );
      const accepted = await acceptDeliveries(trx, deliveries, now(), { woken: true });
      const named = tellings.flatMap(({ entity }) => [...entity.issueKeys, ...entity.formerIssueKeys]);
      const issues = [...new Set(named)];
      await noteIssues(trx, id, issues);
      const streams = queuedStreams(deliveries, accepted);
      return { deliveries: accepted.map(({ id: told }) => told), issues, streams };
    });

  const handle = async (delivery: Sendable, { wake }: SendContext): Promise<SendOutcome> => {
    const event = codeEvent.parse(JSON.parse(delivery.body));
    const link = await links.find(event.linkId);
    if (link === undefined || link.disconnectingSince !== null) {
      return { state: 'skipped', answer: { reason: 'the link was disconnected' } };
    }
    const host = await codeHosts.open(link.hostConnectionId);
    const hook: Hook = {
      headers: event.headers,
      body: Buffer.from(event.text),
      json: readHookJson(event.text),
    };
    const taken: Taken[] = [];
    for (const touched of host.codeHost.parse(hook)) {
      const one = await take({ id: delivery.id, link, host }, touched, touched.at ?? event.receivedAt);
      wake(one.told.streams);
      taken.push(one);
    }
    const issues = [...new Set(taken.flatMap(({ told }) => told.issues))];
    const notes = taken.flatMap(({ note }) => (note === undefined ? [] : [note]));
    const answer = {
      looked: taken.reduce((sum, { looked }) => sum + looked, 0),
      deliveries: taken.flatMap(({ told }) => told.deliveries),
      issues: issues.map((key) => ({ key, outcome: 'passed-on' })),
      ...(notes.length > 0 && { notes }),
    };
    if (answer.deliveries.length > 0) return { state: 'delivered', answer };
    const reason = notes[0] ?? 'it names no issue, or nothing that Jira does not know already';
    return { state: 'skipped', answer: { ...answer, reason } };
  };

  return {
    topic: codeEventTopic,
    limit: eventsATurn,
    async send(deliveries, context) {
      const outcomes: SendOutcome[] = [];
      for (const delivery of deliveries) {
        outcomes.push(
          await handle(delivery, context).catch(
            (thrown: unknown): SendOutcome => ({ state: 'failed', error: asTielineError(thrown) }),
          ),
        );
      }
      return { outcomes, requests: [] };
    },
  };
}

interface Told {
  deliveries: string[];
  issues: string[];
  streams: Set<string>;
}

interface Taken {
  told: Told;
  looked: number;
  note?: string;
}

/**
 * Whether a push goes on from where the memory of the branch is. If not, one is missing, comes twice, or comes late, and
 * only the host knows how the branch stands now. A deletion is never taken at its word: the branch may be there again.
 */
function isNext(touched: Touched, known: string | undefined): boolean {
  return touched.kind === 'push' && known !== undefined && known === touched.before;
}

/** Each commit once. */
function joinCommits(commits: CommitInfo[], more: CommitInfo[]): CommitInfo[] {
  const there = new Set(commits.map(({ sha }) => sha));
  return [...commits, ...more.filter(({ sha }) => !there.has(sha))];
}

/** The head of the branch that a hook is about, as far as it is remembered. */
async function findKnownHead(
  database: Database,
  linkId: string,
  touched: Touched,
): Promise<string | undefined> {
  if (touched.kind !== 'push' && touched.kind !== 'branch') return undefined;
  const name = touched.kind === 'push' ? touched.branch : touched.name;
  const place = { linkId, repositoryId: touched.repository.id };
  const [known] = await recall(database.kysely, place, [{ kind: 'branch', id: name }]);
  return known === undefined ? undefined : reviveBranch(known.content).head.sha;
}

/** So that the event is found among the deliveries of the issues that it came to name. */
async function noteIssues(trx: Kysely<Schema>, id: string, issues: string[]): Promise<void> {
  if (issues.length === 0) return;
  await sql`
    update deliveries set issue_keys = array(select distinct key from unnest(issue_keys || ${issues}::text[]) as key)
    where id = ${id}::uuid`.execute(trx);
}
