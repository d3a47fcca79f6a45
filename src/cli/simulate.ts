import { Command, Option } from 'commander';
import { portNumber } from './arguments.ts';
import type { Cli } from './cli.ts';
import type { SimulatorOptions } from './simulators.ts';

/** `tieline simulate` */
export function make(cli: Cli): Command {
  return new Command('simulate')
    .description(
      'Run a stand-in for an outside product, so that any client can be tried without the real one.',
    )
    .argument('<product>', 'the product: jira or harness-code')
    .addOption(
      new Option(
        '--edition <edition>',
        'which Jira (default: cloud), or which Harness Code (default: gitness; harness is the hosted one)',
      ).choices(['cloud', 'data-center', 'gitness', 'harness']),
    )
    .option(
      '--port <number>',
      'the port of the site (the API gateway of Cloud takes the next one)',
      portNumber,
    )
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--context-path <path>', 'where Jira Data Center lives below its host; default: /jira')
    .option('--release <version>', 'which Jira Data Center it is; default: 10.3.24')
    .option('--seed <file>', 'what it starts with, as JSON; default: a small site of its own')
    .option('--json', 'print the addresses, accounts, tokens and client credentials as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  tieline simulate jira --edition cloud --port 8090\n  tieline simulate jira --edition data-center --port 8090 --release 9.12.0\n  tieline simulate harness-code --port 8092',
    )
    .action(async (product: string, options: Omit<SimulatorOptions, 'gatewayPort'> & { json?: boolean }) => {
      const seed = options.seed === undefined ? undefined : await cli.readText(options.seed);
      const simulator = await cli.startSimulator(product, { ...options, seed });
      cli.print(options.json ? JSON.stringify(simulator.description) : simulator.text);
      await cli.untilStopped();
      await simulator.close();
    });
}
