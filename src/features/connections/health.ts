import type { Database } from '../../database/index.ts';
import { every } from '../../work/index.ts';
import type { HealthStore } from './health-store.ts';
import type { ConnectionParts } from './open-connection.ts';
import type { StoredConnection } from './stored-connection.ts';
import { testConnection } from './test-connection.ts';

/** How often each replica looks for connections that are due. */
const usualLookEveryMs = 2_000;
/** Tested side by side by one replica; more would get in the way of deliveries. */
const together = 4;

/** What health checks need of their surroundings. */
export interface HealthParts extends ConnectionParts {
  database: Database;
  health: HealthStore;
  lookEveryMs?: number;
}

/**
 * Tests every connection again and again, and keeps what was found. Replicas share the work without a leader: each
 * takes what is due. The answer ends it, and resolves when tests that are under way have ended.
 */
export function startHealthChecks(parts: HealthParts): () => Promise<void> {
  let stopping = false;
  const look = async () => {
    for (;;) {
      const due = stopping ? [] : await parts.health.takeDue(together);
      if (due.length === 0) return;
      await Promise.all(due.map((connection) => check(parts, connection)));
    }
  };
  const stop = every(parts.lookEveryMs ?? usualLookEveryMs, look, parts.log);
  return () => {
    stopping = true;
    return stop();
  };
}

async function check(parts: HealthParts, connection: StoredConnection): Promise<void> {
  const tested = await testConnection(parts, connection);
  await parts.database.transaction('health', (trx) => parts.health.keep(trx, connection, tested));
}
