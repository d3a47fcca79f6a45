import pg from 'pg';
import { TielineError } from '../../kit/errors.ts';
import { advisoryLocks } from '../advisory-locks.ts';
import { errorCodeOf } from '../database-errors.ts';
import type { SocketConnection } from '../open.ts';

/** The right of one hub to use a home. The server gives it back at the moment when the hub's process ends. */
export interface HubLock {
  /** Calls back once if the connection that holds the lock breaks. */
  onLost(listener: () => void): void;
  release(): Promise<void>;
}

/** The connection of a hub that was just killed is closed by the kernel at once; this is for a busy machine. */
const patience = '2s';
const lockNotAvailable = '55P03';
const namePrefix = 'tieline hub ';

async function findHolder(client: pg.Client): Promise<string | undefined> {
  const answer = await client.query<{ name: string }>(
    `select application_name as name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and classid = $1 and objid = $2`,
    [...advisoryLocks.hub],
  );
  return answer.rows[0]?.name.slice(namePrefix.length);
}

/**
 * Takes the lock of the hub on a connection of its own. Not a file: a file outlives `kill -9`, and a pid in it may
 * soon be another program's. Throws `home-locked`, naming the pid of the hub that holds it.
 */
export async function takeHubLock(connection: SocketConnection, home: string): Promise<HubLock> {
  const client = new pg.Client({
    ...connection,
    application_name: `${namePrefix}${process.pid}`,
    keepAlive: true,
  });
  let lost = false;
  let listener: (() => void) | undefined;
  const lose = () => {
    if (lost) return;
    lost = true;
    listener?.();
  };
  client.on('error', lose);
  client.on('end', lose);
  try {
    await client.connect();
    await client.query(`set lock_timeout = '${patience}'`);
    await client.query('select pg_advisory_lock($1, $2)', [...advisoryLocks.hub]);
  } catch (error) {
    if (errorCodeOf(error) !== lockNotAvailable) throw error;
    const holder = await findHolder(client);
    await client.end();
    throw new TielineError('home-locked', `another hub (process ${holder ?? 'unknown'}) uses ${home}`, {
      details: { pid: holder },
    });
  }
  return {
    onLost(call) {
      listener = call;
      if (lost) call();
    },
    async release() {
      lost = true;
      await client.end();
    },
  };
}
