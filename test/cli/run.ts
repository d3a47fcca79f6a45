import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/tieline.cjs', import.meta.url));

/** How a command ended, and what it wrote. */
export interface CommandEnd {
  code: number | null;
  output: string;
  notes: string;
}

/** Runs the real command as a process with this environment and little else. */
export async function runTieline(
  words: string[],
  options: { env?: Record<string, string>; input?: string; reads?: 'nothing' } = {},
): Promise<CommandEnd> {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env.PATH, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(options.input ?? '');
  if (options.reads === 'nothing') child.stdout.destroy();
  const [output, notes, code] = await Promise.all([
    options.reads === 'nothing' ? '' : text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, output, notes };
}
