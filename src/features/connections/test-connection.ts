import type { TestReport, TestScope } from '../../kit/connector.ts';
import { asTielineError, type TielineError } from '../../kit/errors.ts';
import { type ConnectionParts, type Openable, openConnection } from './open-connection.ts';

/** A test of a connection, and when it began: what was changed since it cannot know. */
export interface Tested {
  report: TestReport;
  startedAt: Date;
  /** The connection could not even be opened: a secret of it is gone or out of its reach. */
  broken: boolean;
}

/** Tests a connection, saved or not. Whatever goes wrong is in the report. */
export async function testConnection(
  parts: ConnectionParts,
  openable: Openable,
  about: TestScope = {},
): Promise<Tested> {
  const startedAt = parts.now();
  const failed = (capability: string, thrown: unknown): TestReport => {
    const error = asTielineError(thrown);
    if (error.code === 'internal-error') parts.log.error({ err: thrown }, 'the test of a connection failed');
    return failedReport(capability, error, parts.now().getTime() - startedAt.getTime());
  };
  try {
    const { connector, connection } = await openConnection(parts, openable);
    const report = await connector
      .test(connection, about)
      .catch((thrown: unknown) => failed('connection', thrown));
    return { report, startedAt, broken: false };
  } catch (thrown) {
    const broken = asTielineError(thrown).retry === 'once-repaired';
    return { report: failed('settings', thrown), startedAt, broken };
  }
}

function failedReport(capability: string, error: TielineError, tookMs: number): TestReport {
  const { code, message, hint } = error;
  return {
    ok: false,
    outcome: 'failed',
    capabilities: [{ capability, state: 'failed', code, message, hint }],
    tookMs,
  };
}
