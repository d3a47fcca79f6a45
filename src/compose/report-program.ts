import { describeFailure } from '../cli/failure.ts';
import { make, type ReportCli } from '../cli/report.ts';

/** The process that the program runs in. */
export interface HostProcess {
  argv: string[];
  env: Record<string, string | undefined>;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  exitCode?: number | string | null;
}

/**
 * `tieline report` as a program of its own: the same command without the rest of the binary. HTTP is loaded when
 * something is sent.
 */
export async function runReport(host: HostProcess, version: string): Promise<void> {
  const rest = host.argv.slice(2);
  // `tieline report …` may be written out, so that one line of a pipeline serves both programs.
  const given = rest[0] === 'report' ? rest.slice(1) : rest;
  const cli: ReportCli = {
    env: host.env,
    config: async () => (await import('../config.ts')).readConfig(host.env),
    print: (line) => void host.stdout.write(`${line}\n`),
    note: (line) => void host.stderr.write(`${line}\n`),
    exit: (code) => {
      host.exitCode = code;
    },
    http: async (target) => (await import('./client.ts')).openClient(target),
    directJira: async (target) => (await import('./direct.ts')).openDirectJira(target),
  };
  try {
    const command = make(cli).name('tieline report').version(version).exitOverride();
    await command.parseAsync(given, { from: 'user' });
  } catch (thrown) {
    cli.exit(describeFailure(thrown, { json: given.includes('--json'), note: cli.note }));
  }
}
