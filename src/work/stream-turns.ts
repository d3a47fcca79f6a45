import type { Database } from '../database/index.ts';
import { nudgeAt } from './nudge.ts';
import type { ReplicaSession } from './replica-session.ts';

/** Somebody else drains the stream: look again soon, in case they were just ending. */
const lookAgainMs = 100;

/** Lets one drain at a time have a stream, over all replicas. */
export interface StreamTurns {
  /** Runs `drain` when the stream is free. While it runs here, further calls only make it look once more. */
  take(stream: string, drain: () => Promise<void>): Promise<void>;
}

/**
 * Turns by advisory locks on the replica's own line: they vanish with the process. The worker library's named queues
 * would do the same, but free a queue only after its worker has looked for the next job, so that a nudge in that
 * moment waits for the next poll, up to two seconds.
 */
export function createStreamTurns(database: Database, session: ReplicaSession): StreamTurns {
  const draining = new Set<string>();
  const again = new Set<string>();
  return {
    async take(stream, drain) {
      if (draining.has(stream)) {
        again.add(stream);
        return;
      }
      draining.add(stream);
      try {
        do {
          again.delete(stream);
          if (!(await session.lock(stream))) {
            await nudgeAt(database.kysely, stream, new Date(Date.now() + lookAgainMs));
            return;
          }
          try {
            await drain();
          } finally {
            await session.unlock(stream);
          }
        } while (again.has(stream));
      } finally {
        draining.delete(stream);
      }
    },
  };
}
