import type { CapabilityReport } from '../../kit/connector.ts';
import { asTielineError } from '../../kit/errors.ts';

/** What one check of a connection's test found. */
export type Finding = Omit<CapabilityReport, 'capability'>;

/** Runs one check; what it throws becomes its finding, with `refusedHint` when the other side refused us. */
export async function runCheck(
  capability: string,
  check: () => Promise<Finding>,
  refusedHint?: string,
): Promise<CapabilityReport> {
  try {
    return { capability, ...(await check()) };
  } catch (thrown) {
    const error = asTielineError(thrown);
    const refused = error.code === 'remote-unauthorized' || error.code === 'remote-forbidden';
    return {
      capability,
      state: refused ? 'refused' : 'failed',
      message: error.message,
      hint: (refused ? refusedHint : undefined) ?? error.hint,
    };
  }
}
