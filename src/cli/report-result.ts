import type { DeliveryView } from '../features/deliveries/index.ts';
import type { TielineError } from '../kit/errors.ts';
import type { PreparedReport } from '../report/index.ts';
import { exitCodes } from './failure.ts';
import type { Behaviour } from './report-behaviour.ts';
import { describeGate, exitCodeOfGate, type GateResult } from './report-gate.ts';

/** A report that is to be sent. */
export type Sendable = Exclude<PreparedReport, { kind: 'none' }>;

/** What a route needs besides itself. */
export interface Sending {
  prepared: Sendable;
  /** The Jira site that the user means. */
  siteUrl: string | undefined;
  behaviour: Pick<Behaviour, 'waitMs' | 'waitForAnswer'>;
  /** Milliseconds since 1970: until then what is out of reach is tried again, and Jira's answer is waited for. */
  deadlineMs: number;
  /** Set when a decision is asked for: until when it is waited for, in milliseconds since 1970. */
  gateUntilMs?: number;
  /** Whether Jira's whole answer is wanted. */
  debug: boolean;
  note(line: string): void;
}

/** What became of a report, by whichever route it went. */
export interface ReportResult {
  kind: 'build' | 'deployment';
  route: string;
  /** The delivery's state; `failed` when the report reached nobody who would take it. */
  state: DeliveryView['state'] | 'failed';
  /** The hub's delivery; absent when it went to Jira without a hub. */
  delivery?: string;
  issues: DeliveryView['issues'];
  /** Services that Jira did not tie to the deployment. */
  unknownServices?: string[];
  /** Where the decision stands, when one was asked for. */
  gate?: GateResult;
  reason?: string;
  error?: { code: string; message: string; hint: string };
  /** What was asked of Jira and what it answered, for LOG_LEVEL debug. */
  answer?: unknown;
}

const refused = new Set<ReportResult['state']>(['rejected', 'dead', 'skipped']);
const unsettled = new Set<ReportResult['state']>(['received', 'queued', 'sending']);

/** 0 when it is sent or safely kept by the hub, 3 when it was refused; with a gate what was decided. */
export function exitCodeOfResult({ state, gate }: ReportResult): number {
  if (refused.has(state)) return exitCodes.refused;
  return gate === undefined ? exitCodes.ok : exitCodeOfGate(gate);
}

/** The result of a report that ended in an error. */
export function failedResult(
  { kind, issueKeys }: Sendable,
  route: string,
  error: TielineError,
): ReportResult {
  const { code, message, hint } = error;
  const issues = issueKeys.map((key) => ({ key, outcome: 'not-sent' as const }));
  return { kind, route, state: 'failed', issues, error: { code, message, hint } };
}

/** The result as lines: each issue key with what Jira said of it. */
export function describeResult(result: ReportResult, debug: boolean): string[] {
  const { issues, unknownServices = [], gate, reason, error, delivery, answer } = result;
  const width = Math.max(0, ...issues.map(({ key }) => key.length));
  return [
    headline(result),
    ...issues.map(({ key, outcome, message }) => {
      const words = outcome === 'unknown' ? 'unknown to Jira' : outcome;
      return `  ${key.padEnd(width)}  ${words}${message && outcome !== 'unknown' ? `: ${message}` : ''}`;
    }),
    ...unknownServices.map((service) => `  service ${service}  not tied: unknown to Jira, or too many`),
    ...(gate === undefined ? [] : describeGate(gate)),
    ...(reason === undefined ? [] : [`  reason: ${reason}`]),
    ...(error === undefined ? [] : [`  ${error.message}`, `  ${error.hint}`]),
    ...(delivery === undefined ? [] : [`  delivery ${delivery}`]),
    ...(debug && answer !== undefined ? ["Jira's answer:", JSON.stringify(answer, null, 2)] : []),
  ];
}

function headline({ kind, route, state, issues }: ReportResult): string {
  if (unsettled.has(state))
    return `The ${kind} is stored at ${route}, which goes on trying; Jira has not answered yet`;
  if (refused.has(state) || state === 'failed') return `The ${kind} was not taken (${state})`;
  if (state === 'superseded') return `A newer state of the ${kind} was sent in its place`;
  if (issues.length > 0 && issues.every(({ outcome }) => outcome === 'unknown')) {
    return `Jira took the ${kind} (by ${route}), but knows none of its issues`;
  }
  return `Jira took the ${kind} (by ${route})`;
}
