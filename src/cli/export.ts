import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { readNamedFile } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withHub } from './hub-client.ts';

interface ExportedDocument {
  kind: string;
  name: string;
  scope: string;
}

/** A thousand connections with certificates fit. */
const exportLimits = { headersTimeoutMs: 120_000, maxAnswerBytes: 256 * 1024 * 1024 };

/** `tieline export` */
export function make(cli: Cli): Command {
  return new Command('export')
    .description(
      'Write connections, secrets (never their values), connect keys, links and roles as files for tieline apply.',
    )
    .option('--scope <scope>', 'this scope and those below it', 'account')
    .option('--kind <kind...>', 'only these, such as Connection')
    .option('-o, --output <folder>', 'a folder for one file a kind; - is standard output', '-')
    .option('--json', 'print JSON')
    .action(async (options: { scope: string; kind?: string[]; output: string; json?: boolean }) => {
      const { scope, kind: kinds } = options;
      const query = new URLSearchParams({
        scope,
        ...(kinds === undefined ? {} : { kinds: kinds.join(',') }),
      });
      const { documents } = await withHub(cli, (hub) =>
        hub.call<{ documents: ExportedDocument[] }>(
          'GET',
          `/api/v1/export?${query}`,
          undefined,
          exportLimits,
        ),
      );
      if (options.json) return cli.print(JSON.stringify({ documents }));
      if (options.output === '-') {
        if (documents.length > 0) cli.print(textOf(documents).trimEnd());
        return;
      }
      for (const path of await writeFolder(options.output, documents)) cli.print(`Wrote ${path}`);
    });
}

/** Documents as YAML, in their order. */
export function textOf(documents: object[]): string {
  return documents
    .map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}

/** One file for each kind that has resources: `connect-key.yaml`. */
async function writeFolder(folder: string, documents: ExportedDocument[]): Promise<string[]> {
  await readNamedFile(folder, (path) => mkdir(path, { recursive: true }));
  const written: string[] = [];
  for (const kind of new Set(documents.map((document) => document.kind))) {
    const name = kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
    const path = join(folder, `${name}.yaml`);
    await readNamedFile(path, (file) =>
      writeFile(file, textOf(documents.filter((one) => one.kind === kind))),
    );
    written.push(path);
  }
  return written;
}
