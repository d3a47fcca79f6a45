import { type Kysely, sql } from 'kysely';
import type { Database, Schema } from '../../database/index.ts';
import type { Log } from '../../kit/log.ts';
import {
  heldMessage,
  holdConnection,
  listHolds,
  postponeCheck,
  releaseConnection,
} from '../../work/index.ts';
import { findRefusal, showsRepair } from './hold-rule.ts';
import { connectionColumns, type StoredConnection } from './stored-connection.ts';
import type { Tested } from './test-connection.ts';

/** How often a connection is tested again, give or take a tenth, so that those made together drift apart. */
const everyMs = 15 * 60 * 1000;
/** How soon one is tested again that has failed: this after the first time, twice that after the second … */
const firstAgainMs = 60 * 1000;
/** A replica that was killed while it tested leaves the connection to the others after this. */
const longestTestMs = 2 * 60 * 1000;

/** Keeps what tests found, and lets it decide what is held. */
export interface HealthStore {
  /**
   * Keeps a test's result in the caller's transaction, and holds or releases the connection's work by it. Undefined,
   * and nothing is kept, when the settings have changed since the test began or the connection is gone.
   */
  keep(
    trx: Kysely<Schema>,
    connection: Pick<StoredConnection, 'id' | 'revision'>,
    tested: Tested,
  ): Promise<StoredConnection | undefined>;
  /**
   * Takes connections that are due for a test, each for one replica: those whose time has come, and held ones when
   * any secret has changed since they were tested.
   */
  takeDue(limit: number): Promise<StoredConnection[]>;
  /** Has a connection tested at the next look, in the caller's transaction. */
  checkSoon(trx: Kysely<Schema>, connectionId: string): Promise<void>;
}

/** A health store on the database. */
export function createHealthStore(options: { database: Database; log: Log; now(): Date }): HealthStore {
  const { database, log, now } = options;

  const decide = async (
    trx: Kysely<Schema>,
    connectionId: string,
    { report, startedAt }: Tested,
  ): Promise<void> => {
    const given = { connectionId, now: now() };
    const reason = findRefusal(report);
    if (reason !== undefined) {
      // As of the test that tells of it: what that found of the other credentials counts beside the hold.
      const held = await holdConnection(trx, { connectionId, reason, now: startedAt });
      if (held === 'newly') {
        log.warn({ connection: connectionId, code: reason.code, reason: reason.message }, heldMessage);
      }
      await postponeCheck(trx, given);
      return;
    }
    const [held] = await listHolds({ kysely: trx }, [connectionId]);
    if (held === undefined) return;
    if (!showsRepair(report, held.code)) return postponeCheck(trx, given);
    await releaseConnection(trx, given);
    log.info({ connection: connectionId, since: held.since }, 'the work of a held connection goes on');
  };

  return {
    async keep(trx, { id, revision }, tested) {
      const { report, startedAt, broken } = tested;
      const status = broken ? 'broken' : report.outcome;
      const spread = everyMs * (0.9 + 0.2 * Math.random());
      const again = sql`least(${firstAgainMs} * 2 ^ least(failed_checks, 10), ${spread})`;
      const kept = await sql<StoredConnection>`
        update connections set last_test = ${JSON.stringify(report)}, tested_at = ${startedAt},
          secrets_seen_at = least(${startedAt}::timestamptz, now()), status = ${status},
          status_since = case when status = ${status} then status_since else ${now()}::timestamptz end,
          failed_checks = case when ${report.ok} then 0 else failed_checks + 1 end,
          next_check_at = ${now()}::timestamptz
            + interval '1 millisecond' * ${report.ok ? sql`${spread}::float` : again}
        where id = ${id}::uuid and revision = ${revision} returning id`.execute(trx);
      if (kept.rows.length === 0) return undefined;
      await decide(trx, id, tested);
      const found = await sql<StoredConnection>`
        select ${connectionColumns} from connections where id = ${id}::uuid`.execute(trx);
      return found.rows[0];
    },
    async takeDue(limit) {
      const taken = await sql<StoredConnection>`
        with due as (
          select id from connections
          where next_check_at <= ${now()} or id in (
            select held.id from connections as held
              join connection_holds as hold on hold.connection_id = held.id and hold.released_at is null
            where exists (select from secrets where secrets.updated_at > held.secrets_seen_at))
          order by next_check_at limit ${limit} for update skip locked
        )
        update connections set secrets_seen_at = now(),
          next_check_at = ${now()}::timestamptz + interval '1 millisecond' * ${longestTestMs}
        from due where connections.id = due.id returning ${connectionColumns}`.execute(database.kysely);
      return taken.rows;
    },
    async checkSoon(trx, connectionId) {
      await sql`update connections set next_check_at = ${now()} where id = ${connectionId}::uuid`.execute(
        trx,
      );
    },
  };
}
