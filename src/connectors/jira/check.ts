import type { CapabilityReport } from '../../kit/connector.ts';
import { type ErrorCode, errorCatalogue } from '../../kit/error-catalogue.ts';
import { asTielineError } from '../../kit/errors.ts';

/** What one check of a connection's test found. */
export type Finding = Omit<CapabilityReport, 'capability'>;

/** What is no failure of the other side, but its word on us. */
const states: Partial<Record<ErrorCode, CapabilityReport['state']>> = {
  'remote-unauthorized': 'refused',
  'remote-forbidden': 'refused',
  'authorization-missing': 'refused',
  'authorization-lost': 'refused',
  'jira-captcha': 'refused',
  'jira-password-refused': 'refused',
  'jira-token-unsupported': 'refused',
  'jira-address-not-allowed': 'refused',
  'jira-scope-missing': 'missing',
};

/** Runs one check; what it throws becomes its finding, with `refusedHint` when the other side refused us and said no more. */
export async function runCheck(
  capability: string,
  check: () => Promise<Finding>,
  refusedHint?: string,
): Promise<CapabilityReport> {
  try {
    return { capability, ...(await check()) };
  } catch (thrown) {
    const { code, message, hint } = asTielineError(thrown);
    const state = states[code] ?? 'failed';
    const isPlain = code === 'remote-unauthorized' || code === 'remote-forbidden';
    const saysNoMore = hint === errorCatalogue[code].check;
    return {
      capability,
      state,
      code,
      message,
      hint: (isPlain && saysNoMore ? refusedHint : undefined) ?? hint,
    };
  }
}
