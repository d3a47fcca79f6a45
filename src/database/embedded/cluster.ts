import { readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { TielineError } from '../../kit/errors.ts';
import { copyForUnknownUser, type Engine } from './engine.ts';
import { findText, homeUnusable, renameUnlessThere, scratchPrefix, withScratch } from './files.ts';
import type { Place } from './place.ts';
import { type Outcome, runProgram } from './run-as.ts';

/** The owner of the database, and the name of it that initdb makes. */
export const owner = 'tieline';
export const databaseName = 'postgres';

/** A new cluster takes 40 MB, and the first log files of 16 MB each. */
const leastFreeBytes = 80 * 1024 * 1024;
const mebibyte = 1024 * 1024;

/** Free bytes of the disk that holds the folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const diskTroubles: [RegExp, string][] = [
  [/No space left on device/, 'ENOSPC'],
  [/Disk quota exceeded/, 'EDQUOT'],
  [/Read-only file system/, 'EROFS'],
  [/File too large|File size limit exceeded/, 'EFBIG'],
];

/** `home-unusable` when PostgreSQL's own words tell of the disk. */
export function findDiskTrouble(folder: string, output: string): TielineError | undefined {
  const code = diskTroubles.find(([pattern]) => pattern.test(output))?.[1];
  return code === undefined ? undefined : homeUnusable(folder, Object.assign(new Error(output), { code }));
}

/** The same collation on every machine: PostgreSQL's own from 17 on, before that the C library's. */
const localeArguments = (major: number) =>
  major >= 17
    ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--locale=C.UTF-8'];

async function runInitdb(place: Place, engine: Engine, data: string): Promise<Outcome> {
  const args = ['-D', data, '-U', owner, '-E', 'UTF8', '--auth=trust', '--no-instructions'];
  const initdb = (bin: string) =>
    runProgram(join(bin, 'initdb'), [...args, ...localeArguments(engine.major)], place.account);
  const outcome = await initdb(engine.bin);
  if (outcome.exitCode === 0 || !/could not look up effective user ID/.test(outcome.output)) return outcome;
  return withScratch(place.folder, place.account, async (scratch) =>
    initdb((await copyForUnknownUser(engine, join(scratch, 'engine'))).bin),
  );
}

/** Removes what a start that was killed left half made. Only for the holder of the hub's lock. */
export async function removeUnfinished(place: Place): Promise<void> {
  for (const name of await readdir(place.folder)) {
    if (name.startsWith(scratchPrefix)) await rm(join(place.folder, name), { recursive: true, force: true });
  }
}

async function makeCluster(place: Place, engine: Engine): Promise<void> {
  const free = await freeBytes(place.folder);
  if (free < leastFreeBytes) {
    const [has, needs] = [free, leastFreeBytes].map((bytes) => `${Math.round(bytes / mebibyte)} MB`);
    throw new TielineError(
      'home-unusable',
      `the disk of ${place.folder} is full: ${has} free, ${needs} needed`,
    );
  }
  // another hub that started at the same moment may be first, and remove our folder at any of these steps
  const isThere = async () => (await findClusterVersion(place)) !== undefined;
  const outcome = await withScratch(place.folder, place.account, async (scratch) => {
    const unfinished = join(scratch, 'data');
    const ended = await runInitdb(place, engine, unfinished);
    if (ended.exitCode === 0) await renameUnlessThere(unfinished, place.data);
    return ended;
  }).catch(async (thrown: unknown) => {
    if (await isThere()) return undefined;
    throw thrown;
  });
  if (outcome === undefined || outcome.exitCode === 0 || (await isThere())) return;
  const reason = outcome.output.trim().split('\n').at(-1);
  throw (
    findDiskTrouble(place.folder, outcome.output) ??
    new TielineError('embedded-unavailable', `initdb failed: ${reason || outcome.spawnError}`, {
      details: { output: outcome.output },
    })
  );
}

async function findClusterVersion(place: Place): Promise<number | undefined> {
  const text = await findText(join(place.data, 'PG_VERSION'));
  return text === undefined ? undefined : Number(text.trim());
}

/**
 * Makes the cluster when there is none. Throws `database-unsupported` for one of another major version,
 * `home-unusable` for a full or read-only disk.
 */
export async function ensureCluster(place: Place, engine: Engine): Promise<void> {
  const version = await findClusterVersion(place);
  if (version === engine.major) return;
  if (version === undefined) return makeCluster(place, engine);
  throw new TielineError(
    'database-unsupported',
    `${place.data} was written by PostgreSQL ${version}; this Tieline carries PostgreSQL ${engine.major}`,
    {
      hint: 'Make a backup with the Tieline that wrote it, and restore it with this one into an empty home.',
    },
  );
}
