import { Command, Option } from 'commander';
import type { Cli } from './cli.ts';

/** `tieline simulate` */
export function make(cli: Cli): Command {
  return new Command('simulate')
    .description('Run a stand-in for an outside product, so that any client can be tried without the real one.')
    .argument('<product>', 'the product: jira')
    .addOption(new Option('--edition <edition>', 'which Jira').choices(['cloud']).default('cloud'))
    .option('--port <number>', 'the port of the site (the API gateway takes the next one)', Number)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--seed <file>', 'accounts, projects and issues, as JSON; default: a small site of its own')
    .option('--json', 'print the addresses, accounts, tokens and client credentials as JSON')
    .addHelpText('after', '\nExample:\n  tieline simulate jira --edition cloud --port 8090')
    .action(
      async (
        product: string,
        options: { edition: string; port?: number; host: string; seed?: string; json?: boolean },
      ) => {
        const seed = options.seed === undefined ? undefined : await cli.readText(options.seed);
        const simulator = await cli.startSimulator(product, { ...options, seed });
        cli.print(options.json ? JSON.stringify(simulator.description) : simulator.text);
        await cli.untilStopped();
        await simulator.close();
      },
    );
}
