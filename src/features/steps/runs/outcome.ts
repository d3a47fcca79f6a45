import type { Json, Wait } from '../../../kit/action.ts';
import type { TielineError } from '../../../kit/errors.ts';
import { isIssueKey } from '../../../kit/issue-keys.ts';
import { nextAttempt, type Pace } from '../../../work/index.ts';
import type { StepFailure } from '../documents/failure-strategies.ts';
import { strategyFor } from '../documents/failure-strategies.ts';
import type { FailureAction } from '../documents/plan.ts';
import { absentCredential } from '../find-hold.ts';
import type { RunnableStep, RunStep } from './run.ts';

export type Output = { [name: string]: Json };

/** What became of one try of a step. */
export type Outcome =
  | { state: 'done'; output: Output }
  | { state: 'waiting'; output: Output; wait: Wait }
  | { state: 'rejected'; output: Output; reason: string }
  | {
      state: 'failed';
      error: TielineError;
      /** It may have had its effect all the same. */
      uncertain: boolean;
      /** The connection to be held when somebody must repair it; absent where a repair would not help this step. */
      connectionId?: string;
    }
  | { state: 'expired' };

/** What is done after a step did not do what it was to do. */
export type Verdict =
  | { kind: 'again'; at: Date }
  | { kind: 'held'; connectionId: string }
  | { kind: 'retry'; at: Date }
  | { kind: 'final'; action: Exclude<FailureAction['type'], 'Retry'> };

/** After this a step that failed for a moment is tried again, whatever its failure strategies say of lasting failures. */
export function judge(given: {
  outcome: Exclude<Outcome, { state: 'done' | 'waiting' }>;
  planned: RunnableStep;
  step: Pick<RunStep, 'attempts' | 'retries' | 'startedAt' | 'deadline'>;
  now: Date;
  random: number;
  pace: Pace;
}): Verdict {
  const { outcome, planned, step, now, random, pace } = given;
  if (outcome.state === 'failed') {
    const { error, connectionId } = outcome;
    const isRefused = error.retry === 'once-repaired' && error.code !== absentCredential;
    if (isRefused && connectionId !== undefined) return { kind: 'held', connectionId };
    const since = step.startedAt ?? now;
    const at = nextAttempt({ error, attempts: step.attempts.length, since, now, random, pace });
    if (at !== undefined && (step.deadline === null || at < step.deadline)) return { kind: 'again', at };
  }
  const failure: StepFailure = outcome.state === 'failed' ? { code: outcome.error.code } : outcome.state;
  const action = strategyFor(planned.failureStrategies, failure) ?? { type: 'MarkAsFailure' };
  return applyStrategy(action, step.retries, now);
}

function applyStrategy(action: FailureAction, retries: number, now: Date): Verdict {
  if (action.type !== 'Retry') return { kind: 'final', action: action.type };
  const { retryCount, retryIntervalsMs, onRetryFailure } = action;
  if (retries >= retryCount) return applyStrategy(onRetryFailure, retries - retryCount, now);
  const waitMs = retryIntervalsMs[Math.min(retries, retryIntervalsMs.length - 1)] ?? 0;
  return { kind: 'retry', at: new Date(now.getTime() + waitMs) };
}

/** Issues that an output names: its own `key`, that of its `issue`, and those of its `issues`. */
export function issuesIn(output: Output): string[] {
  const { key, issue, issues } = output;
  const named = [{ key: key ?? null }, issue, ...(Array.isArray(issues) ? issues : [])];
  return named.flatMap((one) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return [];
    return typeof one.key === 'string' && isIssueKey(one.key) ? [one.key] : [];
  });
}
