import { pino } from 'pino';
import { assembleHub } from '../../src/compose/assemble.ts';
import { createHttpStores, openDatabase, openVault } from '../../src/database/index.ts';
import { createHttp } from '../../src/http/index.ts';
import { Secret } from '../../src/kit/secret.ts';
import { silentLog } from '../postgres.ts';

/** A try after some milliseconds instead of seconds. */
const pace = { firstWaitMs: 5, longestWaitMs: 40, spreadMs: 5, lookEveryMs: 20 };
const masterKey = new Secret(Buffer.alloc(32, 7).toString('base64'));

/** A hub of this process, on a database that others may share. */
export interface Replica {
  url: string;
  stop(): Promise<void>;
}

/** Starts a hub on a migrated database; all of them have the same master key. */
export async function startReplica(url: string): Promise<Replica> {
  const database = await openDatabase({ url, log: silentLog });
  const vault = await openVault({ database, masterKey });
  const now = () => new Date();
  const stores = createHttpStores({ database, vault, now });
  const http = createHttp({ ...stores, denyList: [], log: silentLog });
  const log = pino({ level: 'silent' });
  const { grants } = stores;
  const { app, stop } = await assembleHub({
    version: '0.0.0',
    database,
    vault,
    http,
    grants,
    log,
    now,
    pace,
  });
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    async stop() {
      await stop();
      await http.close();
      await database.close();
    },
  };
}
