import type { Log } from '../kit/log.ts';

/** So many woken streams are drained at once, besides those that jobs drain. */
const mostAtOnce = 4;
/** What comes in a crowd is gathered for so long: many are sent at the price of a few. */
const gatherMs = 50;

/** Drains streams of this process at once, without a job. */
export interface WokenStreams {
  /** Once the transaction that left something in the streams is committed. */
  wake(streams: Iterable<string>): void;
  /** The same in a moment, with what comes in between. */
  wakeSoon(streams: Iterable<string>): void;
  /** Gives the streams whose drain failed since it was asked last: a job must come for them. */
  takeFailed(): string[];
  /** Begins no more; resolves when none is drained any more. */
  stop(): Promise<void>;
}

/**
 * A job takes some milliseconds to be stored, announced, fetched and begun; whoever has just filled a stream can begin by
 * itself. What a process leaves behind that dies before, is swept up: see `nudgeForgottenStreams`.
 */
export function createWokenStreams(drain: (stream: string) => Promise<void>, log: Log): WokenStreams {
  const running = new Map<string, Promise<void>>();
  const waiting = new Set<string>();
  const failed = new Set<string>();
  const gathered = new Set<string>();
  let gathering: NodeJS.Timeout | undefined;
  let stopped = false;

  const begin = async (stream: string): Promise<void> => {
    try {
      await drain(stream);
    } catch (thrown) {
      failed.add(stream);
      log.warn({ err: thrown, stream }, 'draining a stream failed; a job comes for it');
    } finally {
      running.delete(stream);
      fill();
    }
  };
  const fill = (): void => {
    for (const stream of waiting) {
      if (stopped || running.size >= mostAtOnce) return;
      if (running.has(stream)) continue;
      waiting.delete(stream);
      running.set(stream, begin(stream));
    }
  };

  const wake = (streams: Iterable<string>): void => {
    for (const stream of streams) waiting.add(stream);
    fill();
  };

  return {
    wake,
    wakeSoon(streams) {
      for (const stream of streams) gathered.add(stream);
      gathering ??= setTimeout(() => {
        gathering = undefined;
        wake(gathered);
        gathered.clear();
      }, gatherMs);
    },
    takeFailed() {
      const taken = [...failed];
      failed.clear();
      return taken;
    },
    async stop() {
      stopped = true;
      clearTimeout(gathering);
      await Promise.all(running.values());
    },
  };
}
