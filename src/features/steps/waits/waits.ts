import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Kysely } from 'kysely';
import type { Database, Schema, Vault } from '../../../database/index.ts';
import type { Wait } from '../../../kit/action.ts';
import type { TielineError } from '../../../kit/errors.ts';
import type { SeenIssue } from '../../../kit/jira-issues.ts';
import type { Log } from '../../../kit/log.ts';
import type { IsSigned } from '../../../kit/raw-hook.ts';
import { every } from '../../../work/index.ts';
import type { JiraClients } from '../../connections/index.ts';
import { issueHookRoutes } from './issue-hook-routes.ts';
import { createIssueHooks } from './issue-hooks.ts';
import { createLooker } from './looker.ts';
import { createWaitStore } from './wait-store.ts';
import { createWatchStore } from './watch-store.ts';

/**
 * What a waiting step is woken with.
 * - changed, hook: the issue is another one than it was when the step was last woken; what told of it
 * - look: a look that was asked for, and the first one
 * - deadline: the last one. `error` says why the issue could not be read once more, if it could not
 *
 * Before the deadline an `error` means that there is nothing left to wait for: the issue or the connection is gone.
 * Else `seen` is there.
 */
export interface Came {
  reason: 'changed' | 'look' | 'deadline' | 'hook';
  seen?: SeenIssue;
  error?: TielineError;
}

/** A step that waits for an issue. */
export interface NewWait {
  stepId: string;
  connectionId: string;
  wait: Wait;
  deadline: Date;
}

/** Steps that wait for issues to change. They are rows: a wait outlives restarts and replicas, and costs no thread. */
export interface Waits {
  /**
   * Within the transaction that stores the step as waiting. The issue is looked at once more soon, for the event may have
   * come first. A step that waits already goes on in its rhythm, with the new wait.
   */
  put(transaction: Kysely<Schema>, wait: NewWait): Promise<void>;
  /** Ends a wait, within the transaction that takes the step further. */
  remove(transaction: Kysely<Schema>, stepId: string): Promise<void>;
  /** `/hooks/jira/{id}`: where Jira tells of changes. */
  routes(): FastifyPluginAsyncZod[];
  /** Starts looking on this replica; the answer ends it. */
  start(): () => Promise<void>;
}

/** What waiting needs. */
export interface WaitParts {
  database: Database;
  vault: Vault;
  jiraClients: JiraClients;
  isSigned: IsSigned;
  /** Where Jira reaches the hub; without one, changes are found by polling alone. */
  publicUrl: string | undefined;
  /** How often due waits are looked for; a second when absent. */
  tickMs?: number;
  log: Log;
  now(): Date;
  /** Takes a step further. Woken again some time later when it throws. */
  wake(stepId: string, came: Came): Promise<void>;
  /** A line for whoever watches the runs of these steps. */
  note(stepIds: string[], line: string): Promise<void>;
}

const usualTickMs = 1_000;

/** Joins the parts of waiting. */
export function createWaits(parts: WaitParts): Waits {
  const { database, log, now, tickMs = usualTickMs } = parts;
  const waits = createWaitStore(database);
  const watches = createWatchStore(parts);
  const looker = createLooker({ ...parts, waits, watches });
  const hooks = createIssueHooks({ ...parts, waits, watches });
  return {
    put: (transaction, wait) => waits.put(transaction, wait, now()),
    remove: (transaction, stepId) => waits.remove(transaction, stepId),
    routes: () => [issueHookRoutes({ ...parts, waits, watches, lookSoon: looker.lookSoon })],
    start() {
      const stops = [every(tickMs, () => looker.tick(), log), every(tickMs, () => hooks.tend(), log)];
      return async () => {
        for (const stop of stops) await stop();
        await looker.stop();
      };
    },
  };
}
