import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { Log } from '../../../kit/log.ts';

/** A replica that says nothing for so long has lost the run that it had in hand. */
const usualLeaseMs = 10_000;
/** A lease is renewed so often within its time. */
const renewals = 4;

/** The right to take a run further. */
export interface Lease {
  runId: string;
  token: string;
  /** Aborted when the run is to end, or when the lease could not be renewed: nothing more may be done then. */
  signal: AbortSignal;
  /** Gives the run back. */
  release(): Promise<void>;
}

/** Lets one replica at a time take a run further. */
export interface Leases {
  /** The lease of a run, or undefined when another has it. */
  take(runId: string): Promise<Lease | undefined>;
  /** The one in hand here, if any, hears at once that its run is to end. */
  cancel(runId: string): void;
}

/** Why a lease's signal was aborted. */
export type LeaseEnd = 'cancelled' | 'lost';

/**
 * Leases on the rows of runs, by the database's clock. Unlike an advisory lock, a lease outlasts a line that is lost for a
 * moment: nobody else begins while a request of ours may be under way.
 */
export function createLeases(database: Database, log: Log, leaseMs = usualLeaseMs): Leases {
  const { kysely } = database;
  const inHand = new Map<string, AbortController>();
  const until = sql`clock_timestamp() + ${`${leaseMs} ms`}::interval`;

  const keep = (runId: string, token: string, ending: AbortController): (() => Promise<void>) => {
    let provenAt = performance.now();
    let running: Promise<void> | undefined;
    const renew = async () => {
      const askedAt = performance.now();
      const renewed = await sql<{ cancelled: boolean }>`
        update runs set leased_until = ${until} where id = ${runId}::uuid and leased_by = ${token}::uuid
        returning cancelled_by is not null as cancelled`.execute(kysely);
      const [row] = renewed.rows;
      if (row === undefined) ending.abort('lost' satisfies LeaseEnd);
      else if (row.cancelled) ending.abort('cancelled' satisfies LeaseEnd);
      else provenAt = askedAt;
    };
    const timer = setInterval(() => {
      // Requests take a moment to be given up: that must be before another replica may begin.
      if (performance.now() - provenAt > leaseMs * 0.7) ending.abort('lost' satisfies LeaseEnd);
      running ??= renew()
        .catch((error: unknown) => log.warn({ err: error, run: runId }, 'a run could not be kept in hand'))
        .finally(() => {
          running = undefined;
        });
    }, leaseMs / renewals);
    return async () => {
      clearInterval(timer);
      await running;
    };
  };

  return {
    async take(runId) {
      const token = uuid();
      const taken = await sql<{ cancelled: boolean }>`
        update runs set leased_by = ${token}::uuid, leased_until = ${until}
        where id = ${runId}::uuid and (leased_until is null or leased_until < clock_timestamp())
        returning cancelled_by is not null as cancelled`.execute(kysely);
      const [row] = taken.rows;
      if (row === undefined) return undefined;
      const ending = new AbortController();
      if (row.cancelled) ending.abort('cancelled' satisfies LeaseEnd);
      inHand.set(runId, ending);
      const stopKeeping = keep(runId, token, ending);
      return {
        runId,
        token,
        signal: ending.signal,
        async release() {
          await stopKeeping();
          if (inHand.get(runId) === ending) inHand.delete(runId);
          await sql`update runs set leased_by = null, leased_until = null
            where id = ${runId}::uuid and leased_by = ${token}::uuid`.execute(kysely);
        },
      };
    },
    cancel: (runId) => inHand.get(runId)?.abort('cancelled' satisfies LeaseEnd),
  };
}

/** What a write of a replica ends with that has lost its run to another. */
export const leaseLost = (runId: string): TielineError =>
  new TielineError('internal-error', `Another replica took over the run ${runId}`, { retry: 'never' });
