import type { Database } from '../../../database/index.ts';
import type { ErrorCode } from '../../../kit/error-catalogue.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { Log } from '../../../kit/log.ts';
import { every } from '../../../work/index.ts';
import type { JiraClients } from '../../connections/index.ts';
import { findHold } from '../find-hold.ts';
import { fingerprintOf } from './fingerprint.ts';
import { inParallel } from './in-parallel.ts';
import { tellWithoutHooks } from './issue-hooks.ts';
import { type Found, readIssues } from './read-issues.ts';
import { type DueWait, keepEveryMs, type Looked, type WaitStore } from './wait-store.ts';
import type { Came } from './waits.ts';
import type { WatchStore } from './watch-store.ts';

const wakesAtOnce = 8;
const settledAtOnce = 200;
/** What could not be looked at is looked at again after so long, unless Jira says when. */
const againMs = 15_000;
/** Nothing changes until somebody has repaired the connection. */
const unrepairedMs = 60_000;

/**
 * Looks at the issues that steps wait for when their time has come, and wakes the steps of those that have changed. Every
 * replica does; who takes a wait first looks.
 */
export function createLooker(options: {
  database: Database;
  waits: WaitStore;
  watches: WatchStore;
  jiraClients: JiraClients;
  log: Log;
  now(): Date;
  wake(stepId: string, came: Came): Promise<void>;
  note(stepIds: string[], line: string): Promise<void>;
}) {
  const { database, waits, watches, jiraClients, log, now, wake, note } = options;
  const looking = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let stopping = false;

  /** @throws nothing: what keeps issues from being read is in the answer */
  const read = async (connectionId: string, due: DueWait[], at: Date): Promise<Found> => {
    const none: Found = { seen: new Map(), gone: new Map(), missed: new Map() };
    const all = (error: TielineError) => new Map(due.map(({ issueId }) => [issueId, error]));
    const hold = await findHold(database, connectionId);
    if (hold !== undefined) {
      const { code, message, hint } = hold;
      const held = new TielineError(code as ErrorCode, message, { hint, retry: 'once-repaired' });
      return { ...none, missed: all(held) };
    }
    const client = await jiraClients.get(connectionId).catch(asTielineError);
    if (!(client instanceof TielineError)) return readIssues(client.issues, due, at);
    return client.code === 'resource-not-found'
      ? { ...none, gone: all(client) }
      : { ...none, missed: all(client) };
  };

  /** Wakes the step if it has something to hear. Gives what is known of the issue from now on. */
  const tell = async (wait: DueWait, { seen, gone, missed }: Found): Promise<Looked | 'missed'> => {
    const issue = seen.get(wait.issueId);
    const error = gone.get(wait.issueId);
    const print = issue && fingerprintOf(issue, wait.fields);
    const isWanted = wait.isOver || wait.isAskedFor || wait.fingerprint === null;
    const isNews = print !== undefined && (isWanted || print !== wait.fingerprint);
    const looked = { stepId: wait.stepId, full: wait.isFullDue, hooked: wait.isHooked };
    if (missed.has(wait.issueId)) {
      if (wait.isOver) await wake(wait.stepId, { reason: 'deadline', error: missed.get(wait.issueId) });
      return 'missed';
    }
    if (error !== undefined || isNews) {
      await wake(wait.stepId, {
        reason: reasonOf(wait),
        ...(issue && { seen: issue }),
        ...(error && { error }),
      });
    }
    return { ...looked, fingerprint: isNews ? print : null };
  };

  const tellAll = async (due: DueWait[], found: Found, at: Date): Promise<void> => {
    const looked: Looked[] = [];
    const stuck: string[] = [];
    await inParallel(wakesAtOnce, due, async (wait) => {
      const told = await tell(wait, found).catch(asTielineError);
      if (told instanceof TielineError) {
        log.error({ err: told, step: wait.stepId }, 'a waiting step could not be taken further');
        stuck.push(wait.stepId);
      } else if (told !== 'missed') {
        // Who has ended at the deadline is gone from the table; who has not is woken again later.
        if (wait.isOver) stuck.push(wait.stepId);
        else looked.push(told);
      }
    });
    await waits.settle(looked, at);
    await waits.postpone(stuck, at, new Date(at.getTime() + againMs), null);
  };

  const lookAt = async (connectionId: string, urgent: boolean): Promise<boolean> => {
    const at = now();
    const due = await waits.claim(connectionId, at, urgent);
    if (due.length === 0) return false;
    const inHand = new Set(due.map(({ stepId }) => stepId));
    const stopKeeping = every(keepEveryMs, () => waits.keep([...inHand], now()), log);
    try {
      const found = await read(connectionId, due, at);
      // What has been told is free for the next webhook, while others are still being told.
      for (let start = 0; start < due.length; start += settledAtOnce) {
        const some = due.slice(start, start + settledAtOnce);
        await tellAll(some, found, at);
        for (const { stepId, issueId } of some) if (!found.missed.has(issueId)) inHand.delete(stepId);
      }
      await keepProblems(connectionId, due, found, at);
    } finally {
      await stopKeeping();
    }
    await tellOfHooks(connectionId, due);
    return true;
  };

  const keepProblems = async (connectionId: string, due: DueWait[], { missed }: Found, at: Date) => {
    const [first] = missed.values();
    const isNew = await watches.keepLookProblem(connectionId, first?.code ?? null);
    if (isNew && first !== undefined) {
      log.warn(
        { connection: connectionId, code: first.code, reason: first.message },
        'Jira could not be looked at; what waits for it waits on',
      );
    }
    if (isNew && first === undefined) log.info({ connection: connectionId }, 'Jira is looked at again');
    for (const error of new Set(missed.values())) {
      const ids = due.filter(({ issueId }) => missed.get(issueId) === error).map(({ stepId }) => stepId);
      const told = await waits.postpone(ids, at, againAt(error, at), error.code);
      if (told.length > 0)
        await note(told, `The issue could not be looked at: ${error.message}. Waiting goes on.`);
    }
  };

  const tellOfHooks = async (connectionId: string, due: DueWait[]) => {
    if (due.every(({ fingerprint }) => fingerprint !== null)) return;
    const problem = (await watches.find(connectionId))?.hookProblem;
    if (problem) await tellWithoutHooks({ waits, note }, connectionId, problem.message);
  };

  const run = async (connectionId: string, urgent: boolean): Promise<void> => {
    while (!stopping && (await lookAt(connectionId, urgent)));
  };

  /** Looks unless it is being looked at; then once more afterwards. Urgent looks wait for no others. */
  const begin = (connectionId: string, urgent: boolean): void => {
    if (stopping) return;
    const lane = `${connectionId} ${urgent}`;
    if (looking.has(lane)) {
      again.add(lane);
      return;
    }
    const look = run(connectionId, urgent)
      .catch((error: unknown) => log.error({ err: error, connection: connectionId }, 'a look at Jira failed'))
      .finally(() => {
        looking.delete(lane);
        if (again.delete(lane)) begin(connectionId, urgent);
      });
    looking.set(lane, look);
  };

  return {
    /** Begins to look at every connection that is due; one that is slow does not delay the others. */
    async tick(): Promise<void> {
      await watches.follow(now());
      for (const connectionId of await waits.listDueConnections(now())) begin(connectionId, false);
    },
    /** Looks at once at what webhooks told of, whatever else is being looked at. */
    lookSoon: (connectionId: string): void => begin(connectionId, true),
    /** Resolves when the looks that are under way have ended. */
    async stop(): Promise<void> {
      stopping = true;
      await Promise.all(looking.values());
    },
  };
}

function reasonOf(wait: DueWait): Came['reason'] {
  if (wait.isOver) return 'deadline';
  if (wait.isHooked) return 'hook';
  return wait.isAskedFor || wait.fingerprint === null ? 'look' : 'changed';
}

function againAt({ retry }: TielineError, at: Date): Date {
  if (typeof retry === 'object') return retry.after > at ? retry.after : new Date(at.getTime() + againMs);
  return new Date(at.getTime() + (retry === 'once-repaired' ? unrepairedMs : againMs));
}
