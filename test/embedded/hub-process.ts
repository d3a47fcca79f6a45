import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { z } from 'zod';
import { type EngineSource, locateEngine } from '../../src/database/embedded/engine.ts';
import { stopRunning } from '../../src/database/embedded/postmaster.ts';

const lineSchema = z.object({
  said: z.string().optional(),
  ready: z
    .object({
      connection: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
      attached: z.boolean(),
      home: z.string(),
    })
    .optional(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string(), stack: z.string() }).optional(),
});
type Line = z.infer<typeof lineSchema>;
type Ready = NonNullable<Line['ready']>;

export interface HubOptions {
  home: string;
  uid?: number;
  stateFolder?: string;
  source?: EngineSource;
  /** A program and arguments before node's, say `sh -c`. */
  under?: string[];
}

/** A process that uses a home as a hub does. */
export interface HubProcess {
  pid: number;
  /** What it said once it was ready. Rejects with its error when it did not get so far. */
  ready(): Promise<Ready>;
  /** The error with which it ended. */
  failed(): Promise<NonNullable<Line['error']>>;
  /** Resolves when it logs this. */
  said(message: string): Promise<void>;
  /** SIGTERM, and its end. */
  stop(): Promise<void>;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
}

const script = fileURLToPath(new URL('./hub.ts', import.meta.url));

/** A fresh folder for each test, in which every hub process and server is ended after it. */
export function useFolder() {
  let suite = '';
  let folder = '';
  let engine: EngineSource;
  const processes = new Set<ChildProcess>();

  beforeAll(async () => {
    // the users of these stories may not be let into root's own temporary folder
    suite = await mkdtemp(join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'tieline-embedded-'));
    await chmod(suite, 0o755);
    // the checkout may lie where the users of these stories cannot go
    const located = locateEngine();
    engine = { ...located, folder: join(suite, 'engine') };
    await cp(located.folder, engine.folder, { recursive: true, verbatimSymlinks: true });
  });
  afterEach(async () => {
    for (const child of processes) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    processes.clear();
    if (folder !== '') await removeWithServers(folder);
    folder = '';
  });
  afterAll(() => rm(suite, { recursive: true, force: true }));

  return {
    engine: () => engine,
    async newFolder(mode = 0o777): Promise<string> {
      folder = await mkdtemp(join(suite, 'story-'));
      await chmod(folder, mode);
      return folder;
    },
    startHub(options: HubOptions): HubProcess {
      const { under = [], ...rest } = options;
      const [program, ...args] = [...under, process.execPath, script];
      const child = spawn(program ?? '', [...args, JSON.stringify({ source: engine, ...rest })], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      processes.add(child);
      return follow(child);
    },
  };
}

function follow(child: ChildProcess): HubProcess {
  const lines: Line[] = [];
  const listeners = new Set<() => void>();
  let ended = false;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  if (child.stdout !== null) {
    createInterface(child.stdout)
      .on('line', (text) => {
        lines.push(lineSchema.parse(JSON.parse(text)));
        tell();
      })
      .on('close', () => {
        ended = true;
        tell();
      });
  }
  const find = <T>(pick: (line: Line) => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      const look = () => {
        const found = lines.map(pick).find((value) => value !== undefined);
        if (found !== undefined) resolve(found);
        else if (ended) reject(new Error(`the process ended, having said ${JSON.stringify(lines)}`));
        else return;
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    pid: child.pid ?? 0,
    ready: () => find((line) => line.ready),
    failed: () => find((line) => line.error),
    said: (message) => find((line) => (line.said === message ? true : undefined)).then(() => undefined),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Ends the servers whose data lie anywhere below, then removes all of it. */
async function removeWithServers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && entry.name === 'postmaster.pid') await stopRunning(entry.parentPath);
  }
  await rm(folder, { recursive: true, force: true });
}

/** Runs one statement as the hub's database would. */
export async function query(
  connection: Ready['connection'],
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The pid in the pid file of the server of this home. */
export async function serverPid(home: string): Promise<number> {
  return Number.parseInt(await readFile(join(home, 'database', 'data', 'postmaster.pid'), 'utf8'), 10);
}

/** A folder that only its owner may enter, as /root is. */
export async function makeClosedFolder(parent: string): Promise<string> {
  const path = join(parent, 'closed');
  await mkdir(path, { mode: 0o700 });
  return path;
}
