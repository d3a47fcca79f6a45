import { chmod, chown, lstat, mkdtemp, open, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TielineError } from '../../kit/errors.ts';
import { errorCodeOf } from '../database-errors.ts';
import { homeUnusable, isExisting, isMissing, makeFolders } from './files.ts';
import { type Account, accountFor } from './run-as.ts';

/** Where one embedded server keeps what it has. Every path is absolute and free of links. */
export interface Place {
  home: string;
  /** All that belongs to the server, owned by the user that runs it. */
  folder: string;
  data: string;
  log: string;
  /** Who runs the server; undefined for ourselves. */
  account: Account | undefined;
}

/** Where the data of a root user go whose home nobody else may enter; survives a restart of the machine. */
const defaultStateFolder = '/var/lib/tieline';
const othersMayEnter = 0o001;

async function findMissingRight(folder: string): Promise<string | undefined> {
  const { mode } = await stat(folder);
  if ((mode & othersMayEnter) === 0) return folder;
  return folder === dirname(folder) ? undefined : findMissingRight(dirname(folder));
}

async function makeHome(home: string): Promise<string> {
  try {
    await makeFolders(resolve(home), 0o700);
    const real = await realpath(home);
    // a read-only or full disk shows itself at the first byte
    const log = await open(join(real, 'postgres.log'), 'a', 0o600);
    await log.close();
    return real;
  } catch (error) {
    throw homeUnusable(home, error);
  }
}

/** The existing `home/database`, through the link that an earlier start may have made. */
async function findFolder(home: string): Promise<string | undefined> {
  const path = join(home, 'database');
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    return await realpath(path).catch((error: unknown) => {
      if (!isLink || !isMissing(error)) throw error;
      throw new TielineError(
        'home-unusable',
        `${path} leads to a folder that is gone: the data are not there`,
        {
          hint: `Bring the folder back, or remove ${path} to start with an empty database.`,
        },
      );
    });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error instanceof TielineError ? error : homeUnusable(path, error);
  }
}

async function makeOwned(folder: string, account: Account | undefined): Promise<string> {
  await makeFolders(folder, 0o700);
  if (account !== undefined) await handOver(folder, account);
  return realpath(folder);
}

/** Root of a container may lack the right to do this, or the other user may not exist in it. */
async function handOver(folder: string, { uid, gid }: Account): Promise<void> {
  try {
    await chown(folder, uid, gid);
  } catch (error) {
    if (!['EINVAL', 'EPERM'].includes(errorCodeOf(error) ?? '')) throw error;
    throw new TielineError(
      'embedded-unavailable',
      `PostgreSQL refuses to run as root, and this root may not give ${folder} to uid ${uid}`,
      {
        hint: 'Run Tieline as another user than root, or set DATABASE_URL to a PostgreSQL 15 to 18 server.',
        cause: error,
      },
    );
  }
}

/** Lets the server's user pass through the home, whose files stay closed; folders above it are not ours to open. */
async function letEnter(home: string, folder: string, account: Account): Promise<void> {
  const { uid, mode } = await stat(home);
  if (folder === join(home, 'database') && uid !== account.uid) await chmod(home, mode | othersMayEnter);
}

/** Links to the folder, or gives the one to which another hub, that started at the same moment, has linked. */
async function linkTo(folder: string, path: string): Promise<string> {
  try {
    await symlink(folder, path);
  } catch (error) {
    if (!isExisting(error)) throw error;
    await rm(folder, { recursive: true });
  }
  return realpath(path);
}

/** Root's home: the server's user must be able to enter it, so below /root the data lie elsewhere and a link leads there. */
async function makeFolderForAccount(home: string, account: Account, stateFolder: string): Promise<string> {
  const closed = await findMissingRight(dirname(home));
  if (closed === undefined) return makeOwned(join(home, 'database'), account);
  try {
    await makeFolders(stateFolder, 0o711);
    // a new name each time: whoever removes the home to begin anew must not meet its old data
    const folder = await mkdtemp(join(stateFolder, 'home-'));
    await writeFile(join(folder, 'belongs-to'), `${home}\n`);
    await handOver(folder, account);
    return await linkTo(folder, join(home, 'database'));
  } catch (error) {
    if (error instanceof TielineError) throw error;
    throw new TielineError(
      'home-unusable',
      `PostgreSQL runs as uid ${account.uid}, which may not enter ${closed}, and ${stateFolder} cannot be used`,
      {
        hint: 'Set TIELINE_HOME to a folder that every user may enter, or run Tieline as another user than root.',
        cause: error,
      },
    );
  }
}

/**
 * Makes the home and the server's folder in it. Throws `home-unusable` with the reason. Data that exist are run by the
 * user who owns them, so a home that a plain user made still works for root.
 */
export async function preparePlace(options: { home: string; stateFolder?: string }): Promise<Place> {
  const home = await makeHome(options.home);
  const uid = process.getuid?.();
  const ourAccount = accountFor(uid);
  try {
    const found = await findFolder(home);
    const folder =
      found ??
      (ourAccount === undefined
        ? await makeOwned(join(home, 'database'), undefined)
        : await makeFolderForAccount(home, ourAccount, options.stateFolder ?? defaultStateFolder));
    const owner = await stat(folder);
    if (uid !== 0 && owner.uid !== uid) {
      throw new TielineError(
        'home-unusable',
        `${folder} belongs to uid ${owner.uid}, and this hub runs as ${uid}`,
        {
          hint: 'Run Tieline as the user who ran it first, or as root, or give it another TIELINE_HOME.',
        },
      );
    }
    const account = uid === 0 && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : ourAccount;
    if (account !== undefined) {
      // a start that was killed may have made it and not handed it over
      if (owner.uid === 0) await handOver(folder, account);
      await letEnter(home, folder, account);
    }
    return { home, folder, data: join(folder, 'data'), log: join(home, 'postgres.log'), account };
  } catch (error) {
    throw error instanceof TielineError ? error : homeUnusable(home, error);
  }
}
