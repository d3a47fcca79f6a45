import type { SubmitOutcome } from '../kit/jira.ts';

/** What Jira said of one issue key of a report. */
export interface IssueOutcome {
  key: string;
  outcome: 'linked' | 'unknown' | 'rejected' | 'left-out';
  message?: string;
}

/** What Jira said of a report: as a whole, of its services, and of each of its issue keys in the order given. */
export interface JudgedReport {
  state: 'delivered' | 'partial' | 'rejected';
  issues: IssueOutcome[];
  /** Services that Jira did not tie to it: it does not know them, or they are more than it takes for one. */
  unknownServices: string[];
  /** Jira's reasons, when it is rejected. */
  errors: string[];
}

const unknown = { outcome: 'unknown', message: 'Jira knows no such issue' } as const;
const leftOut = { outcome: 'left-out', message: 'not sent: more issues than Jira takes for one' } as const;

/** Reads Jira's answer by issue key. */
export function judgeOutcome(
  outcome: Exclude<SubmitOutcome, { state: 'failed' }>,
  issueKeys: readonly string[],
): JudgedReport {
  const exceptions = new Map<string, Omit<IssueOutcome, 'key'>>([
    ...outcome.leftOutIssueKeys.map((key) => [key, leftOut] as const),
    ...outcome.unknownIssueKeys.map((key) => [key, unknown] as const),
    ...outcome.refusedIssueKeys.map(
      ({ key, reason }) => [key, { outcome: 'rejected', message: reason }] as const,
    ),
  ]);
  const issuesWith = (others: Omit<IssueOutcome, 'key'>) =>
    issueKeys.map((key): IssueOutcome => ({ key, ...(exceptions.get(key) ?? others) }));
  const { unknownServices } = outcome;
  if (outcome.state === 'rejected') {
    const { errors } = outcome;
    const issues = issuesWith({ outcome: 'rejected', message: errors.join('; ') });
    return { state: 'rejected', issues, unknownServices, errors };
  }
  const state = exceptions.size === 0 && unknownServices.length === 0 ? 'delivered' : 'partial';
  return { state, issues: issuesWith({ outcome: 'linked' }), unknownServices, errors: [] };
}
