import { type Finding, refusals, runCheck } from '../../kit/connection-report.ts';
import type { CapabilityReport } from '../../kit/connector.ts';
import { type ErrorCode, errorCatalogue } from '../../kit/error-catalogue.ts';

/** What is no failure of the other side, but its word on us. */
const states: Partial<Record<ErrorCode, CapabilityReport['state']>> = {
  ...refusals,
  'authorization-missing': 'refused',
  'authorization-lost': 'refused',
  'jira-captcha': 'refused',
  'jira-password-refused': 'refused',
  'jira-token-unsupported': 'refused',
  'jira-address-not-allowed': 'refused',
  'jira-scope-missing': 'missing',
};

/** Runs one check, with `refusedHint` when the other side refused us and said no more. */
export async function runJiraCheck(
  capability: string,
  check: () => Promise<Finding>,
  refusedHint?: string,
): Promise<CapabilityReport> {
  const report = await runCheck(capability, check, states);
  const { code, hint } = report;
  if (code !== 'remote-unauthorized' && code !== 'remote-forbidden') return report;
  const saysNoMore = hint === errorCatalogue[code].check;
  return saysNoMore && refusedHint !== undefined ? { ...report, hint: refusedHint } : report;
}
