import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { stopRunning } from '../src/database/embedded/postmaster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the PostgreSQL that all test files of a run share; started by the first that needs it. */
    postgresHome: string;
  }
}

/** Root's PostgreSQL runs as nobody, who may not be let into root's own temporary folder. */
const parent = process.getuid?.() === 0 ? '/tmp' : tmpdir();
const prefix = `tieline-test-${process.getuid?.()}-`;

/** Names the folder of the run's PostgreSQL; at the end of the run stops it and removes the folder. */
export default async function providePostgres({ provide }: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const home = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  provide('postgresHome', home);
  return () => removeServer(home);
}

async function removeServer(home: string): Promise<void> {
  await stopRunning(join(home, 'database', 'data'));
  await rm(home, { recursive: true, force: true });
}

/** What runs that were killed left behind. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(pid)) await removeServer(join(parent, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
