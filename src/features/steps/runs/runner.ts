import { every } from '../../../work/index.ts';
import { advance } from './advance.ts';
import type { AdvancingParts } from './in-hand.ts';
import type { Leases } from './lease.ts';

/** Takes runs further on this replica. */
export interface Runner {
  /** Aborted when this replica stops and what is under way has had its time. */
  closing: AbortSignal;
  /** Takes a run further soon, unless another replica has it. */
  kick(runId: string): void;
  /** Looks regularly for runs that are due; the answer ends that. */
  start(): () => Promise<void>;
}

/** More runs at once are not in hand; the others wait for their turn, or for another replica. */
const mostInHand = 32;
/** What is under way when the hub stops has so long to come to its end. */
const closingMs = 8_000;

/**
 * A runner. A run is durable in its row, and due by it: a kick only makes it go on at once. So what a killed replica
 * leaves behind is found by any other when its lease is over.
 */
export function createRunner(
  parts: Omit<AdvancingParts, 'closing'> & { leases: Leases; lookEveryMs: number },
): Runner {
  const { store, leases, lookEveryMs, log, now } = parts;
  const closing = new AbortController();
  const inHand = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let waiting: string[] = [];
  let isStopping = false;

  const takeFurther = async (runId: string): Promise<void> => {
    do {
      again.delete(runId);
      const lease = await leases.take(runId);
      if (lease === undefined) return;
      try {
        await advance({ ...parts, closing: closing.signal }, lease);
      } finally {
        await lease.release();
      }
    } while (again.has(runId) && !isStopping);
  };

  const kick = (runId: string): void => {
    if (isStopping) return;
    if (inHand.has(runId)) {
      again.add(runId);
      return;
    }
    if (inHand.size >= mostInHand) {
      if (!waiting.includes(runId)) waiting.push(runId);
      return;
    }
    const taking = takeFurther(runId)
      .catch((error: unknown) => log.error({ err: error, run: runId }, 'a run could not be taken further'))
      .finally(() => {
        inHand.delete(runId);
        again.delete(runId);
        const [next, ...rest] = waiting;
        waiting = rest;
        if (next !== undefined) kick(next);
      });
    inHand.set(runId, taking);
  };

  return {
    closing: closing.signal,
    kick,
    start() {
      const look = async () => {
        const room = mostInHand - inHand.size - waiting.length;
        if (room <= 0) return;
        for (const runId of await store.listDue(now(), room)) if (!inHand.has(runId)) kick(runId);
      };
      const stopLooking = every(lookEveryMs, look, log);
      return async () => {
        isStopping = true;
        await stopLooking();
        const timer = setTimeout(() => closing.abort(), closingMs);
        await Promise.all(inHand.values());
        clearTimeout(timer);
      };
    },
  };
}
