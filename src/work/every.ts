import type { Log } from '../kit/log.ts';

/**
 * Runs a task each interval, never twice at a time; a failure is logged and the next turn tries again. The answer
 * ends it, and resolves when a turn that is under way has ended.
 */
export function every(intervalMs: number, task: () => Promise<void>, log: Log): () => Promise<void> {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= task()
      .catch((error: unknown) => log.error({ err: error }, 'background work failed; it is tried again'))
      .finally(() => {
        running = undefined;
      });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
