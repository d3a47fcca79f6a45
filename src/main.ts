import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Cli } from './cli/cli.ts';
import { commands } from './cli/commands.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const overview = `tieline ${version}: ties Jira to pipelines, code repositories and ticket desks.

Usage: tieline <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n')}

tieline <command> --help tells more. To see it work: tieline demo
`;

const cli: Cli = {
  version,
  env: process.env,
  // Loaded when asked: a command that needs no configuration starts without zod.
  config: async () => (await import('./config.ts')).readConfig(process.env),
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  readText: async (path) =>
    path === '-'
      ? readStream(process.stdin)
      : (await import('./cli/arguments.ts')).readNamedFile(path, (name) => readFile(name, 'utf8')),
  self: {
    command: process.execPath,
    arguments: [fileURLToPath(new URL('../bin/tieline.cjs', import.meta.url))],
  },
  exit: (code) => {
    process.exitCode = code;
  },
  untilStopped,
  startHub: async (config, options) => (await import('./compose/hub.ts')).startHub(config, version, options),
  startSimulator: async (name, options) =>
    (await import('./compose/simulators.ts')).startSimulator(name, options),
  http: async (target) => (await import('./compose/client.ts')).openClient(target),
  directJira: async (target) => (await import('./compose/direct.ts')).openDirectJira(target),
};

function untilStopped(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of signals) process.off(signal, stop).on(signal, () => process.exit(1));
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

/** Commander ends the process by itself otherwise, before output is written and what runs is closed. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}

async function main(argv: string[]): Promise<void> {
  const [name = '--help', ...rest] = argv;
  if (name === '--version' || name === '-V') return cli.print(version);
  if (name === '--help' || name === '-h' || name === 'help') return cli.print(overview);
  const entry = commands.find((command) => command.name === name);
  if (entry === undefined) {
    cli.note(`tieline: there is no command "${name}"\n\n${overview}`);
    return cli.exit(2);
  }
  try {
    const { make } = await entry.load();
    const command = make(cli);
    throwInsteadOfExit(command.name(`tieline ${command.name()}`));
    await command.parseAsync(rest, { from: 'user' });
  } catch (thrown) {
    const { describeFailure } = await import('./cli/failure.ts');
    // At once: a hub whose database is lost has timers and sockets that would keep the process for ever.
    process.exit(describeFailure(thrown, { json: rest.includes('--json'), note: cli.note }));
  }
}

// Whoever reads our output, such as `head`, may have read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await main(process.argv.slice(2));
