import type { DeliveryView } from '../features/deliveries/index.ts';
import { exitCodes } from './failure.ts';

/** What became of a report, by whichever route it went. */
export interface ReportResult {
  kind: 'build' | 'deployment';
  route: string;
  state: DeliveryView['state'];
  /** The hub's delivery; absent when it went to Jira without a hub. */
  delivery?: string;
  issues: DeliveryView['issues'];
  reason?: string;
  error?: { code: string; message: string; hint: string };
  /** Jira's answer, for LOG_LEVEL debug. */
  answer?: unknown;
}

const refused = new Set<ReportResult['state']>(['rejected', 'dead', 'skipped']);
const unsettled = new Set<ReportResult['state']>(['received', 'queued', 'sending']);

/** 0 when it is sent or safely kept by the hub, 3 when it was refused. */
export function exitCodeOfResult({ state }: ReportResult): number {
  return refused.has(state) ? exitCodes.refused : exitCodes.ok;
}

/** The result as lines: each issue key with what Jira said of it. */
export function describeResult(result: ReportResult, debug: boolean): string[] {
  const { kind, route, state, issues, reason, error } = result;
  const width = Math.max(0, ...issues.map(({ key }) => key.length));
  const lines = [
    headline(kind, route, state),
    ...issues.map(({ key, outcome, message }) => {
      const words = outcome === 'unknown' ? 'unknown to Jira' : outcome;
      return `  ${key.padEnd(width)}  ${words}${message && outcome !== 'unknown' ? `: ${message}` : ''}`;
    }),
  ];
  if (reason !== undefined) lines.push(`  not sent: ${reason}`);
  if (error !== undefined) lines.push(`  ${error.message}`, `  ${error.hint}`);
  if (result.delivery !== undefined) lines.push(`  delivery ${result.delivery}`);
  if (debug && result.answer !== undefined) lines.push("Jira's answer:", JSON.stringify(result.answer, null, 2));
  return lines;
}

function headline(kind: string, route: string, state: ReportResult['state']): string {
  if (unsettled.has(state)) return `The ${kind} is stored at ${route}, which goes on trying; Jira has not answered yet`;
  if (refused.has(state)) return `The ${kind} was not taken (${state})`;
  return state === 'superseded'
    ? `A newer state of the ${kind} was sent in its place`
    : `Jira took the ${kind} (by ${route})`;
}
