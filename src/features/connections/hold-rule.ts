import type { CapabilityReport, TestReport } from '../../kit/connector.ts';
import { type ErrorCode, errorCatalogue } from '../../kit/error-catalogue.ts';
import type { HoldReason } from '../../work/index.ts';

/** What the ledger's deliveries need; while any of it is set up, the rest of a report is of no consequence for them. */
const workCapabilities = new Set(['builds', 'deployments', 'development-information']);
/** Not told by a test: a credential that nobody gave is no fault of the connection, until work comes that needs it. */
const absentCredential: ErrorCode = 'jira-credential-absent';

const workIn = ({ capabilities }: TestReport): CapabilityReport[] =>
  capabilities.filter(
    ({ capability, state }) => workCapabilities.has(capability) && state !== 'not-configured',
  );

/**
 * Why a connection's work is not worth trying, by a test; undefined when some of it may work, or when it failed in a
 * way that passes by itself, as a failing network does. A permission that is refused holds nothing: it is of one thing,
 * and the credential itself was taken.
 */
export function findRefusal(report: TestReport): HoldReason | undefined {
  const work = workIn(report);
  if (work.some(({ state }) => state === 'ok')) return undefined;
  for (const { code, message, hint } of work.length > 0 ? work : report.capabilities) {
    if (code !== undefined && errorCatalogue[code].retry === 'once-repaired') {
      return { code, message, hint: hint ?? errorCatalogue[code].check };
    }
  }
  return undefined;
}

/** Whether a test shows that what is held for a reason may go on: the credential is taken, whatever else is missing. */
export function showsRepair(report: TestReport, heldFor: string): boolean {
  const work = workIn(report);
  if (work.length > 0) return work.some(({ state }) => state === 'ok' || state === 'missing');
  return heldFor !== absentCredential && report.capabilities.some(({ state }) => state === 'ok') && report.ok;
}
