import type { CapabilityReport, Connection, TestReport } from './connector.ts';
import type { ErrorCode } from './error-catalogue.ts';
import { asTielineError } from './errors.ts';
import { readRateLimit } from './rate-limit.ts';

/** What one check of a connection's test found. */
export type Finding = Omit<CapabilityReport, 'capability'>;

/** What checks come to know besides. */
export type Found = Pick<TestReport, 'product' | 'account' | 'clockSkewMs' | 'rateLimit'>;

type States = Partial<Record<ErrorCode, CapabilityReport['state']>>;

/** What is no failure of the other side, but its word on us. */
export const refusals: States = { 'remote-unauthorized': 'refused', 'remote-forbidden': 'refused' };

/** For a token that is a good one all the same when it may not do one thing: what needs that says so. */
export const refusalOrLack: States = { ...refusals, 'remote-forbidden': 'missing' };

/** Runs one check; what it throws becomes its finding: the state of its code, else `failed`. */
export async function runCheck(
  capability: string,
  check: () => Promise<Finding>,
  states = refusals,
): Promise<CapabilityReport> {
  try {
    return { capability, ...(await check()) };
  } catch (thrown) {
    const { code, message, hint } = asTielineError(thrown);
    return { capability, state: states[code] ?? 'failed', code, message, hint };
  }
}

/** The report of a test that began at a moment. */
export function reportOf(
  connection: Pick<Connection<unknown>, 'now'>,
  startedAt: Date,
  found: Found & Pick<TestReport, 'capabilities'>,
): TestReport {
  const states = new Set(found.capabilities.map(({ state }) => state));
  const failed = states.has('failed') || states.has('refused');
  return {
    ok: !failed,
    outcome: failed ? 'failed' : states.has('missing') ? 'limited' : 'passed',
    ...found,
    tookMs: connection.now().getTime() - startedAt.getTime(),
  };
}

/** Runs the checks of a test side by side, and reports them in their order with what they put into `found`. */
export async function runChecks(
  connection: Pick<Connection<unknown>, 'now'>,
  checks: Record<string, () => Promise<Finding>>,
  { found, states }: { found: Found; states?: States },
): Promise<TestReport> {
  const startedAt = connection.now();
  const running = Object.entries(checks).map(([capability, check]) => runCheck(capability, check, states));
  const capabilities = await Promise.all(running);
  return reportOf(connection, startedAt, { ...found, capabilities });
}

/** What the headers of an answer say: how far their clock is ahead of ours, and the rate limit. */
export function readHeaders(
  headers: Record<string, string>,
  now: Date,
): Pick<Found, 'clockSkewMs' | 'rateLimit'> {
  const theirNow = Date.parse(headers.date ?? '');
  const rateLimit = readRateLimit(headers);
  return {
    ...(!Number.isNaN(theirNow) && { clockSkewMs: theirNow - now.getTime() }),
    ...(rateLimit && { rateLimit }),
  };
}
