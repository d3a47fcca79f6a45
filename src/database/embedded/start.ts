import { setTimeout as pause } from 'node:timers/promises';
import { asTielineError, type TielineError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import { asUnreachable } from '../database-errors.ts';
import type { SocketConnection } from '../open.ts';
import { removeUnfinished } from './cluster.ts';
import { type Engine, type EngineSource, locateEngine } from './engine.ts';
import { type HubLock, takeHubLock } from './hub-lock.ts';
import { type Place, preparePlace } from './place.ts';
import { isStartedAs, joinOrStartServer, type RunningServer } from './server.ts';

export interface EmbeddedOptions {
  /** Where everything of this hub lies (TIELINE_HOME); made when it is not there. */
  home: string;
  log: Log;
  /** Called once when the database is gone and cannot be had back: the hub must end. */
  onLost?: (error: TielineError) => void;
  /** For root whose home nobody else may enter; `/var/lib/tieline` by default. */
  stateFolder?: string;
  /** Other programs than those that npm installed. */
  source?: EngineSource | Engine;
}

/** A PostgreSQL of our own, used by this hub alone. */
export interface EmbeddedServer {
  /** For `openDatabase({ embedded })`. Stays the same when the server is started again. */
  connection: SocketConnection;
  /** The absolute path of the home, without links. */
  home: string;
  /** True when it is the server that an earlier hub left behind when it was killed. */
  attached: boolean;
  /** Ends the server cleanly and lets go of the home. Close the database first. */
  stop(): Promise<void>;
}

interface Held {
  server: RunningServer;
  lock: HubLock;
}

/** How often a server that goes away while we join it is looked for again, and the pause between, in milliseconds. */
const mostJoins = 50;
const joinPauseMs = 100;

/** A server and the sole right to it. One that another hub was just stopping is waited for and started anew. */
async function hold(place: Place, source: EngineSource | Engine): Promise<Held> {
  for (let attempt = 1; ; attempt += 1) {
    const server = await joinOrStartServer({ place, source });
    try {
      const lock = await takeHubLock(server.connection, place.home);
      if (!server.attached || (await isStartedAs(place, server.arguments))) return { server, lock };
      // left by another version of Tieline, or with other settings
      await server.stop();
      await lock.release();
    } catch (error) {
      const unreachable = asUnreachable(error, server.connection.host);
      if (unreachable === error || attempt === mostJoins) throw unreachable;
      await pause(joinPauseMs);
    }
  }
}

/** How often a lost server is started again before the hub gives up, and the pause between, in milliseconds. */
const recoveries = 3;
const recoveryPauseMs = 500;

/**
 * Starts the PostgreSQL that npm installed on the data below `home`, or takes over the one that runs there since the
 * last hub was killed. One that crashes is started again. Throws `home-locked` when another hub uses the home,
 * `home-unusable` for a disk that is full, read-only or not ours, `embedded-unavailable` where it cannot run, and
 * `database-unsupported` for data of another major version.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { log } = options;
  const source = options.source ?? locateEngine();
  const place = await preparePlace(options);
  let held = await hold(place, source);
  let stopping = false;
  await removeUnfinished(place);
  log.debug({ home: place.home, attached: held.server.attached }, 'the embedded database is ready');

  const recover = async () => {
    for (let attempt = 1; !stopping; attempt += 1) {
      try {
        held = await hold(place, source);
        held.lock.onLost(onLost);
        log.warn({ home: place.home }, 'the embedded database was started again');
        return;
      } catch (error) {
        if (attempt === recoveries) throw error;
        await pause(recoveryPauseMs);
      }
    }
  };
  const onLost = () => {
    if (stopping) return;
    log.warn({ home: place.home }, 'the embedded database went away');
    recovering = recover().catch((error: unknown) => {
      log.error({ home: place.home, err: error }, 'the embedded database cannot be started again');
      options.onLost?.(asTielineError(error));
    });
  };
  let recovering: Promise<void> = Promise.resolve();
  held.lock.onLost(onLost);

  return {
    connection: held.server.connection,
    home: place.home,
    attached: held.server.attached,
    async stop() {
      stopping = true;
      await recovering;
      // the lock goes with the server, not before: another hub must not take over one that is ending
      await held.server.stop();
      await held.lock.release();
    },
  };
}
