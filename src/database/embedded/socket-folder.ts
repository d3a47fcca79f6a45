import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TielineError } from '../../kit/errors.ts';
import { errorCodeOf } from '../database-errors.ts';
import { isExisting } from './files.ts';
import type { Place } from './place.ts';

/** PostgreSQL names the socket after a port, though no port is opened. */
export const socketPort = 5432;

/** The kernel's limit is 107 bytes on Linux and 103 on macOS. */
const longestSocketPath = 103;

/** The setting is a list with commas and quotes: a path with other characters than these is not put there. */
const plainPath = /^[\w./@+-]+$/;

const fits = (folder: string) =>
  Buffer.byteLength(`${folder}/.s.PGSQL.${socketPort}`) <= longestSocketPath && plainPath.test(folder);

/** Makes the folder, closed to others, or checks that the one found is ours: in /tmp anyone may have been first. */
async function makePrivate(folder: string, account: Place['account']): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    if (account !== undefined) await chown(folder, account.uid, account.gid);
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  const found = await lstat(folder);
  const owner = account?.uid ?? process.getuid?.();
  if (!found.isDirectory() || found.uid !== owner) return false;
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
  return true;
}

/** The folder of the server's socket: in its place, or in a temporary folder when that path is too long for a socket. */
export async function makeSocketFolder(place: Place): Promise<string> {
  const name = `tieline-${createHash('sha256').update(place.data).digest('hex').slice(0, 12)}`;
  const candidates = [
    join(place.folder, 'socket'),
    ...[tmpdir(), '/tmp', '/run'].map((path) => join(path, name)),
  ];
  const refused: string[] = [];
  for (const candidate of candidates.filter(fits)) {
    try {
      if (await makePrivate(candidate, place.account)) return candidate;
      refused.push(`${candidate} belongs to another user`);
    } catch (error) {
      refused.push(`${candidate}: ${errorCodeOf(error)}`);
    }
  }
  throw new TielineError('home-unusable', `there is no folder for the socket of ${place.folder}`, {
    hint: 'Set TIELINE_HOME to a shorter path, under 80 characters.',
    details: { refused },
  });
}

/** Removes the folder once the server has ended; one that is not empty stays. */
export async function removeSocketFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errorCodeOf(error) ?? '')) throw error;
  }
}
