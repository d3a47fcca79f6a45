import { Command } from 'commander';
import { portNumber } from './arguments.ts';
import type { Cli } from './cli.ts';

/** `tieline serve` */
export function make(cli: Cli): Command {
  return new Command('serve')
    .description(
      'Run the hub: the API, the delivery of reports to Jira, and the database unless DATABASE_URL is set.',
    )
    .option('--host <address>', 'where to listen (TIELINE_HOST; default 127.0.0.1)')
    .option('--port <number>', 'the port (TIELINE_PORT; default 7400)', portNumber)
    .option('--json', 'print the addresses as JSON')
    .addHelpText(
      'after',
      `
Settings are environment variables: TIELINE_HOME (data folder, default ~/.tieline), DATABASE_URL,
TIELINE_MASTER_KEY, TIELINE_HOST, TIELINE_PORT, TIELINE_LOG_LEVEL.
The first start prints an administrator's API token, once.
SIGTERM ends what runs and stops; a second signal stops at once.`,
    )
    .action(async (options: { host?: string; port?: number; json?: boolean }) => {
      const config = await cli.config();
      const port = options.port ?? config.port;
      const start = () => cli.startHub({ ...config, host: options.host ?? config.host, port });
      const { onLeanHeap } = await import('../work/index.ts');
      const hub = await onLeanHeap(start);
      if (options.json) {
        cli.print(JSON.stringify({ url: hub.url, firstToken: hub.firstToken ?? null }));
      } else {
        cli.print(`Tieline ${cli.version} listens at ${hub.url}`);
        cli.print(`  API description ${hub.url}/openapi.json, as a page ${hub.url}/docs`);
        if (hub.firstToken !== undefined) {
          cli.print(`  The administrator's API token, shown only now: ${hub.firstToken}`);
          cli.print(`  To sign in, make the first user with it at ${hub.url}/sign-in/first`);
        }
      }
      await Promise.race([cli.untilStopped(), hub.failed]);
      cli.note('stopping: what runs is ended first; a second signal stops at once');
      await hub.stop();
    });
}
