import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { addRunOptions, exitCodeHelp, type RunOptions, runFile } from './run-command.ts';

/** `tieline run` */
export function make(cli: Cli): Command {
  const command = new Command('run').description(
    'Run the Jira steps of a pipeline, a stage or a list of steps, one after the other.',
  );
  return addRunOptions(command)
    .addHelpText(
      'after',
      `${exitCodeHelp}

Examples:
  tieline run pipeline.yaml --skip-unknown --var version=1.4
  tieline run pipeline.yaml --dry-run`,
    )
    .action((file: string, options: RunOptions) => runFile(cli, file, options));
}
