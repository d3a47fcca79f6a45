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

/**
 * Puts a number that no process has in place of one that is now another program's. All through one handle: should
 * another hub's server take the file over meanwhile, it makes a new one, and this writes into the old. The folder may
 * be another user's: a link in its place is not followed.
 */
async function disown(path: string, data: string): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  try {
    const text = (await file?.readFile('utf8')) ?? '';
    const pid = Number.parseInt(text, 10);
    if (file === undefined || !(pid > 0) || !isAlive(pid) || (await isServerOf(pid, data))) return;
    await file.truncate(0);
    await file.write(text.replace(/^\d+/, String(impossiblePid)), 0);
  } finally {
    await file?.close();
  }
}

/**
 * Clears the way for a new server where none runs. A pid file whose number is now another program's would stop it: the
 * number is replaced, not the file, in which PostgreSQL still finds its old shared memory and checks that it is unused.
 * A server whose data folder was removed under it still holds the socket: it is ended.
 */
export async function clearRemains(data: string, socketFolder: string): Promise<void> {
  const socketLock = join(socketFolder, `.s.PGSQL.${socketPort}.lock`);
  await disown(pidFile(data), data);
  await disown(socketLock, data);
  const holder = await findPid(socketLock);
  if (holder === undefined || !(await isServerOf(holder, data))) return;
  // a server writes its pid file before its socket's lock: with both it is another hub's that has just started
  if ((await findPid(pidFile(data))) === holder) return;
  process.kill(holder, 'SIGQUIT');
  for (const until = Date.now() + patienceMs; isAlive(holder) && Date.now() < until; ) {
    await pause(lookEveryMs);
  }
}
