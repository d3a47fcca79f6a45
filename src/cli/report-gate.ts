import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { TielineError } from '../kit/errors.ts';
import type { GatingState, GatingStatus } from '../kit/jira.ts';
import type { ReportSettings } from '../report/index.ts';
import { exitCodes } from './failure.ts';
import { retrying } from './report-retry.ts';

/** Where the decision stood at the end: `awaiting` when the time was over before there was one. */
export interface GateResult {
  status: GatingState;
  /** The requests in which people decide. */
  requests: GatingStatus['details'];
}

/** What of a {@link GatingStatus} is needed: the hub's JSON and the connector's answer both have it. */
export type Decision = Pick<GatingStatus, 'status' | 'details'>;

/**
 * Asserts that there is something to ask a decision for.
 * @throws report-incomplete naming the setting that lacks
 */
export function assertGateable({ environmentName, services }: ReportSettings): void {
  if (environmentName === undefined) {
    throw new TielineError('report-incomplete', '--gate is for deployments, and no environment is named', {
      hint: 'Give ENVIRONMENT_NAME.',
    });
  }
  if (services.length > 0) return;
  throw new TielineError(
    'report-incomplete',
    '--gate needs the service that is deployed, and none is named',
    {
      hint: 'Give PLUGIN_SERVICE (--service): the id of the service in Jira Service Management whose changes people decide on.',
    },
  );
}

/** People decide, so nobody minds a few seconds; Jira's limits mind many questions. */
const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

/**
 * Asks where the decision stands, each time a little later, until there is one or the time is over. Tells of each
 * request in which people decide.
 * @throws what `ask` throws, once trying again does not help
 */
export async function waitForDecision(
  ask: () => Promise<Decision>,
  { deadlineMs, note }: { deadlineMs: number; note(line: string): void },
): Promise<GateResult> {
  const told = new Set<string>();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const { status, details: requests } = await retrying({ deadlineMs, note }, ask);
    if (status !== 'awaiting') return { status, requests };
    for (const { issueKey, issueUrl } of requests) {
      if (!told.has(issueKey)) note(`Waiting for the decision in ${issueKey}: ${issueUrl}`);
      told.add(issueKey);
    }
    const leftMs = deadlineMs - Date.now();
    if (leftMs <= 0) return { status, requests };
    await pause(Math.min(pauseMs, leftMs));
  }
}

/**
 * Lets Ctrl-C and SIGTERM end the process at once, until the function that it gives is called: as process 1 of a
 * container a program without listeners would not notice either.
 */
export function endOnSignals(): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const end = (signal: (typeof signals)[number]) => process.exit(128 + constants.signals[signal]);
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

/** What each status means to the pipeline. */
const meanings: Record<GatingState, { code: number; words: string; hint?: string }> = {
  allowed: { code: exitCodes.ok, words: 'allowed: the deployment may go ahead' },
  prevented: { code: exitCodes.prevented, words: 'prevented: the deployment must not go ahead' },
  expired: { code: exitCodes.prevented, words: 'expired: nobody decided while Jira kept the request open' },
  awaiting: {
    code: exitCodes.undecided,
    words: 'no decision in the time given',
    hint: 'Have it decided and run this again, or give --gate-timeout more seconds.',
  },
  invalid: {
    code: exitCodes.refused,
    words: 'invalid: Jira has no gate for this deployment',
    hint: 'In Jira Service Management connect this deployment tool to the change management of the project whose service is named, for this kind of environment.',
  },
};

/** The exit code of a gate. */
export const exitCodeOfGate = ({ status }: GateResult): number => meanings[status].code;

/** The gate as lines: the decision, where it was taken, and what to do. */
export function describeGate({ status, requests }: GateResult): string[] {
  const { words, hint } = meanings[status];
  return [
    `  gate ${words}`,
    ...requests.map(({ issueKey, issueUrl }) => `  ${issueKey}  ${issueUrl}`),
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
}
