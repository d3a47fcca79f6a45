import { sql } from 'kysely';
import type { Database } from '../database/index.ts';
import type { Log } from '../kit/log.ts';
import { finalStates } from './delivery.ts';

/** Where callers wait for a delivery's end. */
export interface WaitingRoom {
  /** Resolves when the delivery has ended, when the time is over, or when the caller has gone. */
  wait(id: string, waitMs: number, signal?: AbortSignal): Promise<void>;
  /** Looks which of the awaited deliveries have ended, on any replica. */
  look(): void;
}

/** One query answers everyone who waits: `look` is called for each announcement of ended deliveries. */
export function createWaitingRoom(database: Database, log: Log): WaitingRoom {
  const waiters = new Map<string, Set<() => void>>();
  let looking = false;
  let again = false;

  const lookOnce = async (): Promise<void> => {
    const ended = await sql<{ id: string }>`
      select id from deliveries where id = any(${[...waiters.keys()]}::uuid[]) and state = any(${[...finalStates]})`.execute(
      database.kysely,
    );
    for (const { id } of ended.rows) for (const leave of waiters.get(id) ?? []) leave();
  };
  const look = async (): Promise<void> => {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        if (waiters.size > 0) await lookOnce();
      } while (again);
    } finally {
      looking = false;
    }
  };

  return {
    wait: (id, waitMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return resolve();
        const group = waiters.get(id) ?? new Set();
        waiters.set(id, group);
        const leave = (error?: unknown) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          group.delete(end);
          if (group.size === 0) waiters.delete(id);
          if (error === undefined) resolve();
          else reject(error);
        };
        const end = () => leave();
        const timer = setTimeout(end, waitMs);
        signal?.addEventListener('abort', end);
        group.add(end);
        // It may have ended between the caller's look and now.
        look().catch(leave);
      }),
    look() {
      // A look that fails leaves everyone waiting for the next one, or for the end of their time.
      look().catch((error) => log.warn({ err: error }, 'looking for ended deliveries failed'));
    },
  };
}
