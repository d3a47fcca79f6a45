import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stopRunning } from '../src/database/embedded/postmaster.ts';

/** A hub that says nothing for so long hangs; what it wrote then tells more than a test's time-out. */
const patienceMs = 30_000;

/** What `tieline serve --json` says once it takes requests. */
export interface HubReady {
  url: string;
  /** The first administrator's token: at the first start of a database only. */
  firstToken: string | null;
}

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A hub in a process of its own. */
export interface HubProcess {
  pid: number;
  /** Rejects with all that it wrote when it ended before it took requests. */
  ready: Promise<HubReady>;
  /** Resolves when the process has ended, whatever ended it. */
  ended: Promise<ProcessEnd>;
  /** Resolves when a line of its log or its notes holds this text; rejects when it ended without. */
  said(text: string): Promise<void>;
  /** All that it wrote so far. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<ProcessEnd>;
}

/** Processes and folders of a test file, all gone after {@link HubProcesses.cleanUp}. */
export interface HubProcesses {
  /** Runs `tieline serve --json` with this environment and little else; port 0 unless it names one. */
  startHub(environment: Record<string, string>): HubProcess;
  /** A new folder that every user may enter, as root's embedded server must. */
  newFolder(): Promise<string>;
  /** Ends every process and every embedded server that they left, and removes the folders. */
  cleanUp(): Promise<void>;
}

const program = fileURLToPath(new URL('../bin/tieline.cjs', import.meta.url));

/** No processes yet. Call `cleanUp` in `afterEach` or `afterAll`. */
export function createHubProcesses(): HubProcesses {
  const processes: HubProcess[] = [];
  const folders: string[] = [];
  return {
    startHub(environment) {
      const child = spawn(process.execPath, [program, 'serve', '--json'], {
        env: { PATH: process.env.PATH, TIELINE_PORT: '0', TIELINE_LOG_LEVEL: 'warn', ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const started = follow(child);
      processes.push(started);
      return started;
    },
    async newFolder() {
      const folder = await mkdtemp(join(tmpdir(), 'tieline-hard-'));
      await chmod(folder, 0o755);
      folders.push(folder);
      return folder;
    },
    async cleanUp() {
      await Promise.all(processes.splice(0).map((one) => one.end('SIGKILL')));
      for (const folder of folders.splice(0)) await removeWithServers(folder);
    },
  };
}

function follow(child: ChildProcess): HubProcess {
  let output = '';
  let closed = false;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const hear = (chunk: unknown) => {
    output += String(chunk);
    tell();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = once(child, 'close').then((): ProcessEnd => {
    closed = true;
    tell();
    return { code: child.exitCode, signal: child.signalCode };
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (output.includes(text)) resolve();
        else if (closed) reject(new Error(`the hub ended without saying "${text}":\n${output}`));
        else return;
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  const ready = new Promise<HubReady>((resolve, reject) => {
    if (child.stdout === null) throw new TypeError('a process without stdout');
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line)));
    const fail = (how: string) => reject(new Error(`the hub ${how} before it was ready:\n${output}`));
    const timer = setTimeout(() => fail(`took ${patienceMs} ms`), patienceMs);
    ended.then(() => fail('ended'), reject).finally(() => clearTimeout(timer));
  });
  // A test that expects the hub to fail looks at `ended` and not at this.
  ready.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    said,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Ends the servers whose data lie anywhere below, then removes all of it. */
async function removeWithServers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && entry.name === 'postmaster.pid') await stopRunning(entry.parentPath);
  }
  await rm(folder, { recursive: true, force: true });
}
