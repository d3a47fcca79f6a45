import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TielineError } from '../../kit/errors.ts';
import { errorCodeOf } from '../database-errors.ts';

/** Why a folder cannot be used, by the operating system's code. */
const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'files may not grow as large as needed (ulimit -f)',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not change it',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file is in the way',
  ENOENT: 'it cannot be made there',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'the path is a circle of links',
};

/** `home-unusable` with the reason in words. */
export function homeUnusable(path: string, thrown: unknown): TielineError {
  const code = errorCodeOf(thrown);
  const reason = code === undefined ? undefined : reasons[code];
  return new TielineError('home-unusable', `${path} cannot be used: ${reason ?? String(thrown)}`, {
    cause: thrown,
  });
}

/** A failed file operation as `home-unusable`; every other error as it is. */
export function asHomeUnusable(folder: string, thrown: unknown): unknown {
  if (thrown instanceof TielineError) return thrown;
  return Object.hasOwn(reasons, errorCodeOf(thrown) ?? '') ? homeUnusable(folder, thrown) : thrown;
}

/** Whether a path exists is told by the call that failed on it: asked before, it may change in between. */
export const isMissing = (thrown: unknown) => errorCodeOf(thrown) === 'ENOENT';
export const isExisting = (thrown: unknown) => errorCodeOf(thrown) === 'EEXIST';

/** Makes a folder and those above it. Node's own way to do so answers ENOENT for a read-only disk. */
export async function makeFolders(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (isExisting(error) && (await stat(path)).isDirectory()) return;
    if (!isMissing(error) || path === dirname(path)) throw error;
    await makeFolders(dirname(path), mode);
    await mkdir(path, { mode });
  }
}

/** What begins the name of every folder that is removed when it is done with, or was left by a killed process. */
export const scratchPrefix = 'unfinished-';

/** Hands a new folder inside `parent` to `work`, owned by `account`, and removes it afterwards. */
export async function withScratch<T>(
  parent: string,
  account: { uid: number; gid: number } | undefined,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(parent, scratchPrefix));
  try {
    if (account !== undefined) await chown(folder, account.uid, account.gid);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The file's text; undefined when there is no such file. */
export async function findText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Copies a folder so that every user may read and run it, whatever the umask. Links stay links. */
export async function copyReadable(
  from: string,
  to: string,
  wanted: (name: string) => boolean,
): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyReadable(source, target, wanted);
    else if (entry.isFile() && wanted(entry.name)) {
      await copyFile(source, target);
      await chmod(target, 0o755);
    }
  }
}

/** A link that may be there already. */
export async function ensureLink(target: string, path: string): Promise<void> {
  try {
    await symlink(target, path);
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
}

/** Gives a finished folder its name, unless another process was first with the same. */
export async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isExisting(error) && errorCodeOf(error) !== 'ENOTEMPTY') throw error;
  }
}

/** Whether the path leads to something. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
