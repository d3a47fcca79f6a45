import type { Database } from '../../../database/index.ts';
import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { Log } from '../../../kit/log.ts';
import type { CodeHosts } from '../code-hosts.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import { problemOf } from '../links/subscriptions.ts';
import type { TakeSmartCommits } from '../smart-commits/take-smart-commits.ts';
import { takeTurn } from '../turn.ts';
import { lookAtRepository } from './look-repository.ts';
import { compareScope } from './look-scope.ts';
import { createLookSteps } from './look-step.ts';
import type { Look, LookStore } from './look-store.ts';

/** A quarter more or less, so that links that were made together do not stay together. */
const spread = 0.25;
/** A host that limits the rate and does not say until when. */
const usualPauseMs = 60_000;
const linksAtOnce = 2;
/**
 * A look asks at least twice of each repository. Of a link with many the next one is put off, so that looks take no more
 * than 1,000 requests an hour, a fifth of what GitHub allows a token.
 */
const pacePerRepositoryMs = 2 * 3_600;

/**
 * Looks at links when their time has come: what the host holds is compared with what is remembered, and what differs is
 * repaired as if its webhook had come. A look that is cut off goes on with the repositories that it has not reached.
 */
export function createLookRunner(options: {
  database: Database;
  links: LinkStore;
  looks: LookStore;
  codeHosts: CodeHosts;
  takeSmartCommits: TakeSmartCommits;
  /** Between two looks at a link. */
  everyMs: number;
  log: Log;
  now(): Date;
}): { tend(): Promise<void>; stop(): void } {
  const { database, links, looks, codeHosts, everyMs, log, now } = options;
  const closing = new AbortController();
  const { signal } = closing;

  const run = async (look: Look): Promise<void> => {
    const link = await links.find(look.linkId);
    if (link === undefined) return;
    const outcome = await walk(look, link).catch(asTielineError);
    if (outcome === 'cut-off') return;
    if (!(outcome instanceof TielineError)) return looks.end(look, now(), null);
    log.warn({ err: outcome, link: link.name }, 'a look at a link did not reach everything');
    if (isRateLimit(outcome)) return looks.postpone(look, problemOf(outcome), pauseOf(outcome, now()));
    return looks.end(look, now(), problemOf(outcome));
  };

  const walk = async (look: Look, link: Link): Promise<TielineError | 'cut-off' | undefined> => {
    const startedAt = look.startedAt ?? now();
    const host = await codeHosts.open(link.hostConnectionId);
    const steps = createLookSteps(options, link, look);
    const marks = await looks.listMarks(link.id);
    const { covered, left, problem: ofScope } = await compareScope({ database, links, link, host });
    await looks.putOff(link.id, nextLookAt(now(), Math.max(everyMs, covered.length * pacePerRepositoryMs)));
    for (const { repository, reason } of left) await steps.withdraw(repository, reason, now());
    let problem = ofScope;
    const lookedAt = ({ id }: RepositoryInfo) => marks.get(id)?.lookedAt.getTime() ?? 0;
    for (const repository of covered.toSorted((one, other) => lookedAt(one) - lookedAt(other))) {
      if (signal.aborted || !(await looks.mayGoOn(look))) return 'cut-off';
      const mark = marks.get(repository.id);
      if (mark !== undefined && mark.lookedAt >= startedAt) continue;
      const given = { database, link, host, steps, repository, mark, whole: look.whole, signal, now };
      const looked = await lookAtRepository(given).catch(asTielineError);
      if (signal.aborted && looked instanceof TielineError) return 'cut-off';
      if (!(looked instanceof TielineError)) await looks.putMark(link.id, looked);
      else if (isOfHost(looked)) return looked;
      else problem ??= looked;
    }
    return problem;
  };

  return {
    async tend() {
      const due = (await looks.listDue(now())).values();
      const work = async () => {
        for (const linkId of due) {
          if (signal.aborted) return;
          await takeTurn(database, `look ${linkId}`, async () => {
            const look = await looks.begin(linkId, now(), nextLookAt(now(), everyMs));
            if (look !== undefined) await run(look);
          });
        }
      };
      await Promise.all(Array.from({ length: linksAtOnce }, work));
    },
    stop() {
      closing.abort();
    },
  };
}

const nextLookAt = (now: Date, everyMs: number): Date =>
  new Date(now.getTime() + everyMs * (1 - spread + Math.random() * 2 * spread));

const isRateLimit = ({ code, retry }: TielineError): boolean =>
  code === 'rate-limited' || typeof retry === 'object';

/** Every other repository would meet it too. */
const isOfHost = (error: TielineError): boolean => isRateLimit(error) || error.retry === 'once-repaired';

const pauseOf = ({ retry }: TielineError, now: Date): Date =>
  typeof retry === 'object' ? retry.after : new Date(now.getTime() + usualPauseMs);
