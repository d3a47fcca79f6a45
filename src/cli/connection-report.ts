import type { TestReport } from '../kit/connector.ts';
import { asTielineError } from '../kit/errors.ts';
import type { Cli } from './cli.ts';
import { exitCodes } from './failure.ts';

/** A connection as the API shows it, as far as commands print it. */
export interface ShownConnection {
  id: string;
  scope: string;
  name: string;
  connector: string;
  settings: { baseUrl?: string; address?: string };
  status: string;
  statusSince: string;
  hold: { since: string; message: string; hint: string } | null;
  problem: string | null;
  lastTest: TestReport | null;
}

/** A test looks at much, one time-out after another at worst. */
export const testLimits = { headersTimeoutMs: 90_000 };

/** A test's report as lines: what it found, then each capability with what to do about it. */
export function describeTest(report: TestReport): string {
  const marks = {
    ok: 'ok',
    refused: 'REFUSED',
    missing: 'MISSING',
    'not-configured': '-',
    failed: 'FAILED',
  } as const;
  const width = Math.max(...report.capabilities.map(({ capability }) => capability.length));
  const indent = ' '.repeat(width + 13);
  const lines = report.capabilities.flatMap(
    ({ capability, state, code, message, hint, details = [] }, index) => {
      const begin = `  ${capability.padEnd(width)}  ${marks[state].padEnd(7)}  `;
      // One cause, such as a wrong token, fails much: it is told once.
      const told = report.capabilities
        .slice(0, index)
        .find((earlier) => code !== undefined && earlier.code === code && earlier.hint === hint);
      if (told !== undefined) return [`${begin}as ${told.capability}`];
      return [
        `${begin}${message}`,
        ...details.flatMap((detail) =>
          detail.state === 'missing'
            ? [`${indent}missing: ${detail.name}${detail.project ? ` in ${detail.project}` : ''}`]
            : [],
        ),
        ...(hint === undefined || state === 'ok' ? [] : [`${indent}${hint}`]),
      ];
    },
  );
  const head = [report.product, report.account && `as ${report.account.name}`].filter(Boolean).join(', ');
  const { limit, remaining, near } = report.rateLimit ?? {};
  const limits =
    limit === undefined && !near
      ? []
      : [`  rate limit: ${remaining ?? '?'} of ${limit ?? '?'} left${near ? ', which is little' : ''}`];
  return [`${verdictOf(report)}${head === '' ? '' : `: ${head}`}`, ...lines, ...limits].join('\n');
}

const verdictOf = ({ ok, outcome }: TestReport): string =>
  outcome === 'limited' ? 'LIMITED' : ok ? 'OK' : 'NOT OK';

/** A connection's state as a line, and what holds it. */
export function describeStatus({ status, statusSince, hold, problem }: ShownConnection): string[] {
  return [
    `${status} since ${statusSince}`,
    ...(hold === null ? [] : [`  its work is held since ${hold.since}: ${hold.message}`, `  ${hold.hint}`]),
    ...(problem === null ? [] : [`  ${problem}`]),
  ];
}

/** Saves by `save`; where the test stands in the way it prints the report and exits 3. */
export async function saveTested(
  cli: Cli,
  options: { json?: boolean },
  save: () => Promise<ShownConnection>,
): Promise<ShownConnection | undefined> {
  try {
    return await save();
  } catch (thrown) {
    const { code, message, hint, details } = asTielineError(thrown);
    if (code !== 'connection-test-failed') throw thrown;
    // The hub of the same version made it.
    const report = details.report as TestReport;
    if (options.json) cli.print(JSON.stringify({ error: { code, message, hint }, report }));
    else {
      cli.print(describeTest(report));
      cli.print('Not saved. Correct it, or save it as it is with --save-failing.');
    }
    cli.exit(exitCodes.refused);
    return undefined;
  }
}
