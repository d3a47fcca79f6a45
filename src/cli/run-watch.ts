import { setTimeout as pause } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { asTielineError, TielineError } from '../kit/errors.ts';
import type { HubClient } from './hub-client.ts';
import type { RunView } from './run-view.ts';

/** A line of a run's log. */
export interface RunLine {
  at: string;
  step: string | null;
  line: string;
}

/** How a run is followed. */
export interface Watch {
  /** Each line once, also over restarts of the hub. */
  onLine(line: RunLine): void;
  note(line: string): void;
  signal: AbortSignal;
}

export const runPath = (id: string, tail = ''): string => `/api/v1/runs/${encodeURIComponent(id)}${tail}`;

/** The hub sends something at least each quarter of a minute: what is silent for longer is cut off. */
const limits = { bodyTimeoutMs: 60_000 };
const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** So long a hub may be away, e.g. for an update. */
const patienceMs = 10 * 60_000;

/**
 * Follows a run to its end: what is cut off goes on where it was.
 * @returns the run, or undefined when the signal said to stop
 * @throws what the hub answers; and as a request does, once the hub is away for ten minutes
 */
export async function watchRun(hub: HubClient, id: string, watch: Watch): Promise<RunView | undefined> {
  let lastEventId = '';
  let ended: RunView | undefined;
  let awaySinceMs: number | undefined;
  let pauseMs = firstPauseMs;
  let wasThere = false;
  const follow = async (): Promise<void> => {
    const parser = createParser({
      onId: (eventId) => {
        lastEventId = eventId;
      },
      onEvent({ event, data }) {
        if (event === 'log') watch.onLine(JSON.parse(data));
        if (event === 'end') ended = JSON.parse(data);
      },
    });
    await hub.follow(runPath(id, '/log'), {
      headers: {
        accept: 'text/event-stream',
        ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
      },
      limits,
      signal: watch.signal,
      onText(text) {
        wasThere = true;
        awaySinceMs = undefined;
        pauseMs = firstPauseMs;
        parser.feed(text);
      },
    });
  };
  while (ended === undefined) {
    try {
      await follow();
    } catch (thrown) {
      if (watch.signal.aborted) return undefined;
      const error = asTielineError(thrown);
      // A proxy before the hub answers in its place while it restarts.
      const isRestarting = wasThere && error.code === 'answer-unexpected';
      if ((error.retry === 'never' && !isRestarting) || error.code === 'internal-error') throw error;
      if (awaySinceMs === undefined) watch.note(`${error.message}; trying again`);
      awaySinceMs ??= Date.now();
      if (Date.now() - awaySinceMs > patienceMs) throw away(error, id);
    }
    if (ended !== undefined) break;
    await pause(pauseMs, undefined, { signal: watch.signal }).catch(() => undefined);
    if (watch.signal.aborted) return undefined;
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
  return ended;
}

/** The run itself goes on in the hub, whatever becomes of who watches it. */
const away = (error: TielineError, id: string): TielineError =>
  new TielineError(error.code, error.message, {
    hint: `The run goes on once the hub does. To come back: tieline runs watch ${id}`,
    retry: error.retry,
    cause: error,
  });
