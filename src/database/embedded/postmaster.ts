import { execFile } from 'node:child_process';
import { constants, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCodeOf } from '../database-errors.ts';
import { findText, isMissing } from './files.ts';
import { socketPort } from './socket-folder.ts';

/** How often a process that should end is looked at; milliseconds. */
const lookEveryMs = 10;

/** A fast shutdown writes what is in memory; a server that needs longer than this is told to end at once. */
const patienceMs = 60_000;

/** No process can have it: Linux ends at 4,194,304, macOS at 99,998. */
const impossiblePid = 2_000_000_000;

/** Signal 0 only asks. EPERM: it lives, and is another user's. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCodeOf(error) === 'EPERM';
  }
}

/** The program and arguments of a process; undefined when they may not be seen, or it is gone. */
async function findCommand(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    try {
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    } catch (error) {
      // ESRCH: it ended while it was read
      if (isMissing(error) || ['EACCES', 'EPERM', 'ESRCH'].includes(errorCodeOf(error) ?? ''))
        return undefined;
      throw error;
    }
  }
  const run = promisify(execFile);
  return run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

/** Whether the pid is this cluster's server: after a restart of a machine or container the number is soon another's. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const command = await findCommand(pid);
  if (command === undefined) return isAlive(pid);
  return `${command} `.includes(` -D ${data} `);
}

async function findPid(path: string): Promise<number | undefined> {
  const pid = Number.parseInt((await findText(path)) ?? '', 10);
  return pid > 0 ? pid : undefined;
}

const pidFile = (data: string) => join(data, 'postmaster.pid');

/** Writes into a file that is there. The folder is another user's when we are root: a link put there is not followed. */
async function replaceText(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** The pid of the server that runs on these data; undefined when none does. */
export async function findRunning(data: string): Promise<number | undefined> {
  const pid = await findPid(pidFile(data));
  return pid !== undefined && (await isServerOf(pid, data)) ? pid : undefined;
}

/** Told to end, and waited for. The file goes as the last thing; a server of ours that ended may linger as a zombie. */
async function signalAndWait(
  pid: number,
  data: string,
  signal: NodeJS.Signals,
  forMs: number,
): Promise<boolean> {
  if (isAlive(pid)) process.kill(pid, signal);
  for (const until = Date.now() + forMs; Date.now() < until; ) {
    if (!isAlive(pid) || (await findPid(pidFile(data))) !== pid) return true;
    await pause(lookEveryMs);
  }
  return false;
}

/** Ends the server on these data, if one runs: quickly and cleanly, or by force when that takes a minute. */
export async function stopRunning(data: string): Promise<void> {
  const pid = await findRunning(data);
  if (pid === undefined) return;
  if (await signalAndWait(pid, data, 'SIGINT', patienceMs)) return;
  await signalAndWait(pid, data, 'SIGQUIT', patienceMs);
}

/** Puts a number that no process has in place of one that is now another program's. */
async function disown(path: string): Promise<void> {
  const text = await findText(path);
  if (text !== undefined) await replaceText(path, text.replace(/^\d+/, String(impossiblePid)));
}

/**
 * Clears the way for a new server where none runs. A pid file whose number is now another program's would stop it: the
 * number is replaced, not the file, in which PostgreSQL still finds its old shared memory and checks that it is unused.
 * A server whose data folder was removed under it still holds the socket: it is ended.
 */
export async function clearRemains(data: string, socketFolder: string): Promise<void> {
  const pid = await findPid(pidFile(data));
  if (pid !== undefined && isAlive(pid)) await disown(pidFile(data));

  const socketLock = join(socketFolder, `.s.PGSQL.${socketPort}.lock`);
  const holder = await findPid(socketLock);
  if (holder === undefined || !isAlive(holder)) return;
  if (!(await isServerOf(holder, data))) return disown(socketLock);
  process.kill(holder, 'SIGQUIT');
  for (const until = Date.now() + patienceMs; isAlive(holder) && Date.now() < until; )
    await pause(lookEveryMs);
}
