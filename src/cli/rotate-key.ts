import type { Command } from 'commander';
import { TielineError } from '../kit/errors.ts';
import type { Secret } from '../kit/secret.ts';
import type { Cli } from './cli.ts';
import { withHub } from './hub-client.ts';

interface MasterKeyView {
  current: string;
  next: string | null;
}

/** Every secret is read and written once; ten thousand take seconds. */
const patience = { headersTimeoutMs: 30 * 60_000, bodyTimeoutMs: 30 * 60_000 };

/** `tieline secret rotate-key` */
export function addRotateKey(command: Command, cli: Cli): void {
  command
    .command('rotate-key')
    .description(
      'Encrypt everything anew under a new master key, while the hub runs. Interrupted, it is run again with the same key.',
    )
    .option(
      '--new-key-file <file>',
      'where to read the new key (or TIELINE_NEW_MASTER_KEY); - is standard input',
    )
    .option('--finish', 'let the old key open nothing any more, once every hub runs with the new one')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  openssl rand -base64 32 > new.key\n  tieline secret rotate-key --new-key-file new.key',
    )
    .action(async (options: { newKeyFile?: string; finish?: boolean; json?: boolean }) => {
      if (options.finish) {
        const path = '/api/v1/master-key/rotation/end';
        const state = await withHub(cli, (hub) => hub.call<MasterKeyView>('POST', path));
        cli.print(options.json ? JSON.stringify(state) : `Only the master key ${state.current} is good now.`);
        return;
      }
      const newKey = await readKey(cli, options.newKeyFile);
      const path = '/api/v1/master-key/rotation';
      const state = await withHub(cli, (hub) =>
        hub.call<MasterKeyView & { resealed: number }>('POST', path, { newKey }, patience),
      );
      if (options.json) return cli.print(JSON.stringify(state));
      cli.print(`Encrypted ${state.resealed} values anew.`);
      if (state.next === null) {
        return cli.print(
          `The hub keeps the new master key ${state.current}; the old one opens nothing any more.`,
        );
      }
      cli.print(
        `The old master key ${state.current} and the new one ${state.next} are both good.\n` +
          'Give every hub the new key as TIELINE_MASTER_KEY and start it again, then run:\n' +
          '  tieline secret rotate-key --finish',
      );
    });
}

async function readKey(cli: Cli, file: string | undefined): Promise<string | Secret> {
  if (file !== undefined) return (await cli.readText(file)).trim();
  const { newMasterKey } = await cli.config();
  if (newMasterKey !== undefined) return newMasterKey;
  throw new TielineError('usage-wrong', 'No new master key is given', {
    hint: 'Give --new-key-file, or TIELINE_NEW_MASTER_KEY. Make a key with: openssl rand -base64 32',
  });
}
