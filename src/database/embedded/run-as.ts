import { spawn } from 'node:child_process';
import { errorCodeOf } from '../database-errors.ts';

/** Another user to run a program as; only root can. */
export interface Account {
  uid: number;
  gid: number;
}

/** How a program that ran to its end did. `spawnError` is the code of a program that could not be started. */
export interface Outcome {
  exitCode: number | null;
  output: string;
  spawnError?: string;
}

/** Nothing of the hub's environment reaches PostgreSQL: its own variables there would change what it does. */
export const programEnvironment = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };

/** `nobody` on common systems. PostgreSQL refuses to run as root. */
const nobody: Account = { uid: 65534, gid: 65534 };

/** Who must run PostgreSQL: nobody when we are root, else (undefined) ourselves. */
export function accountFor(uid: number | undefined): Account | undefined {
  return uid === 0 ? nobody : undefined;
}

/** Runs a program to its end; never throws. The working folder is one that every user may enter. */
export function runProgram(program: string, args: string[], account: Account | undefined): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      ...account,
      cwd: '/',
      env: programEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) =>
      resolve({ exitCode: null, output, spawnError: errorCodeOf(error) ?? 'unknown' }),
    );
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}
