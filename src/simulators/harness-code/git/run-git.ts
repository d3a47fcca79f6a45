import { spawn } from 'node:child_process';

/** There is no git command on this machine. */
export class GitMissing extends Error {
  override readonly name = 'GitMissing';

  constructor(cause: unknown) {
    super(
      'The simulated Harness Code keeps real repositories and needs the command "git", which is not installed',
      {
        cause,
      },
    );
  }
}

/** A git command that ended with a status. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  readonly code: number | null;

  constructor(words: string[], code: number | null, complaint: string) {
    super(`git ${words[0]} ended with ${code}: ${complaint.trim()}`);
    this.code = code;
  }
}

/** Runs git in one place and gives what it wrote. @throws GitMissing; GitFailure for a status other than 0 */
export type RunGit = (words: string[], input?: string | Iterable<string>) => Promise<string>;

/** The person's own settings must not reach into the simulated repositories. */
const settings = [
  'user.name=Simulator',
  'user.email=simulator@tieline.invalid',
  'core.hooksPath=/dev/null',
  'core.quotePath=false',
  'core.autocrlf=false',
  'commit.gpgSign=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'merge.conflictStyle=merge',
].flatMap((setting) => ['-c', setting]);

async function write(stdin: NodeJS.WritableStream, input: string | Iterable<string>): Promise<void> {
  for (const chunk of typeof input === 'string' ? [input] : input) {
    if (!stdin.write(chunk)) await new Promise((resolve) => stdin.once('drain', resolve));
  }
  stdin.end();
}

/** Git in a bare repository (`--git-dir`) or in a work tree (`-C`). */
export function gitIn(place: ['--git-dir' | '-C', string]): RunGit {
  return (words, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn('git', [...place, ...settings, ...words], { stdio: 'pipe' });
      const output: Buffer[] = [];
      const complaints: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
      child.once('error', (error) =>
        reject('code' in error && error.code === 'ENOENT' ? new GitMissing(error) : error),
      );
      // Git may end before it has read everything; its status tells why.
      child.stdin.on('error', () => child.stdin.destroy());
      child.once('close', (code) => {
        const text = Buffer.concat(output).toString('utf8');
        if (code === 0) resolve(text);
        else reject(new GitFailure(words, code, Buffer.concat(complaints).toString('utf8')));
      });
      write(child.stdin, input).catch(reject);
    });
}

/** @throws GitMissing when there is no git command */
export async function checkGit(): Promise<void> {
  await gitIn(['-C', '.'])(['--version']);
}
