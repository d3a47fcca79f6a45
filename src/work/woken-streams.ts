import type { Log } from '../kit/log.ts';

/** So many woken streams are drained at once, besides those that jobs drain. */
const mostAtOnce = 4;

/** Drains streams of this process at once, without a job. */
export interface WokenStreams {
  /** Once the transaction that left something in the streams is committed. */
  wake(streams: Iterable<string>): void;
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

  return {
    wake(streams) {
      for (const stream of streams) waiting.add(stream);
      fill();
    },
    takeFailed() {
      const taken = [...failed];
      failed.clear();
      return taken;
    },
    async stop() {
      stopped = true;
      await Promise.all(running.values());
    },
  };
}
