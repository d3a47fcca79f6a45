import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { addRunOptions, exitCodeHelp, type RunOptions, runFile } from './run-command.ts';

/** `tieline step` */
export function make(cli: Cli): Command {
  const command = new Command('step').description(
    'Run one step: create or update issues, or wait for an approval, and end as it ends.',
  );
  return addRunOptions(command)
    .addHelpText(
      'after',
      `${exitCodeHelp}

Examples:
  tieline step approval.yaml --input issueKey=MYT-1 && ./deploy.sh
  tieline step create.yaml --var version=1.4 --connection account.jira --json`,
    )
    .action((file: string, options: RunOptions) => runFile(cli, file, options, 'step'));
}
