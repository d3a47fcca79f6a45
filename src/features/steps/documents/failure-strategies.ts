import { z } from 'zod';
import type { ErrorCode } from '../../../kit/error-catalogue.ts';
import { parseDuration } from './duration.ts';
import type { FailureAction, FailureStrategy } from './plan.ts';
import { knownFields } from './spec-values.ts';

/** Harness's words for kinds of failure. Those that nothing here ever fails with are taken and never met. */
const errorTypes = [
  'AllErrors',
  'Unknown',
  'Authentication',
  'Authorization',
  'Connectivity',
  'Timeout',
  'ApprovalRejection',
  'DelegateProvisioning',
  'DelegateRestart',
  'InputTimeoutError',
  'PolicyEvaluationFailure',
  'UserMarkedFailure',
  'Verification',
] as const;

const plainActions = ['Ignore', 'MarkAsSuccess', 'MarkAsFailure', 'Abort'] as const;
/** There is nothing here to roll back, nor anybody asked in the middle of a run. */
const rollbacks = ['StageRollback', 'PipelineRollback', 'StepGroupRollback'];
const otherActions = [...rollbacks, 'ManualIntervention', 'RetryStepGroup', 'ProceedWithDefaultValues'];

const mostRetries = 100;

const duration = z
  .union([z.string(), z.number()], { error: 'must be a duration, e.g. 10s' })
  .transform((given, context) => {
    try {
      return parseDuration(String(given)) ?? 0;
    } catch {
      context.addIssue({ code: 'custom', message: `"${given}" is no duration, such as 10s or 1m` });
      return z.NEVER;
    }
  });

/** In any case, as Harness reads it. */
const errorType = z.string().transform((given, context) => {
  const found = errorTypes.find((type) => type.toLowerCase() === given.toLowerCase());
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: `must be one of ${errorTypes.join(', ')}` });
  return z.NEVER;
});

const retrySpec = knownFields({
  retryCount: z.coerce.number().int().min(1).max(mostRetries, `must be ${mostRetries} at most`),
  retryIntervals: z.array(duration).default([]),
  onRetryFailure: z.object({ action: z.unknown().optional() }).optional(),
});

/** What an action is, and what of it is not as in Harness. */
function actionOf(rollbackFails: boolean, notice: (text: string) => void): z.ZodType<FailureAction> {
  return z
    .looseObject({ type: z.string(), spec: z.unknown().optional() })
    .transform((given, context): FailureAction => {
      const plain = plainActions.find((type) => type === given.type);
      if (plain !== undefined) return { type: plain };
      if (given.type === 'Retry') {
        const spec = retrySpec.safeParse(given.spec ?? {});
        const last = spec.success ? spec.data.onRetryFailure?.action : undefined;
        const after = last === undefined ? undefined : actionOf(rollbackFails, notice).safeParse(last);
        for (const { path, message } of [...(spec.error?.issues ?? []), ...(after?.error?.issues ?? [])]) {
          context.issues.push({ code: 'custom', path: ['spec', ...path], message, input: given.spec });
        }
        if (!spec.success || after?.success === false) return z.NEVER;
        return {
          type: 'Retry',
          retryCount: spec.data.retryCount,
          retryIntervalsMs: spec.data.retryIntervals,
          onRetryFailure: after?.data ?? { type: 'MarkAsFailure' },
        };
      }
      if (rollbackFails && otherActions.includes(given.type)) {
        notice(`${given.type} is not done here: the stage fails instead`);
        return { type: 'MarkAsFailure' };
      }
      const known = [...plainActions, 'Retry'].join(', ');
      const why = otherActions.includes(given.type)
        ? `${given.type} is not done here (--skip-unknown: the stage fails instead); there are ${known}`
        : `"${given.type}" is no failure action; there are ${known}`;
      context.issues.push({ code: 'custom', path: ['type'], message: why, input: given.type });
      return z.NEVER;
    });
}

/**
 * The schema of `failureStrategies`.
 * @param rollbackFails what only Harness can do (a rollback, asking somebody) fails the stage, with a notice
 */
export const failureStrategiesOf = (
  rollbackFails: boolean,
  notice: (text: string) => void,
): z.ZodType<FailureStrategy[]> =>
  z
    .array(
      knownFields({
        onFailure: knownFields({
          errors: z.array(errorType).min(1, 'names no kind of failure'),
          action: actionOf(rollbackFails, notice),
        }),
      }).transform(({ onFailure }) => onFailure),
      { error: 'must be a list' },
    )
    .nullish()
    .transform((strategies) => strategies ?? []);

/** How a step ended that did not do what it was to do: an error, its time, or a person's no. */
export type StepFailure = { code: ErrorCode } | 'expired' | 'rejected';

const typeOfCode: Partial<Record<ErrorCode, string>> = {
  'remote-unauthorized': 'Authentication',
  'authorization-lost': 'Authentication',
  'authorization-missing': 'Authentication',
  'remote-forbidden': 'Authorization',
  'permission-missing': 'Authorization',
  'reference-out-of-scope': 'Authorization',
  'network-failed': 'Connectivity',
  'name-unresolved': 'Connectivity',
  'tls-failed': 'Connectivity',
  'remote-failed': 'Connectivity',
  'rate-limited': 'Connectivity',
  'request-timed-out': 'Timeout',
};

/**
 * What is to be done about a failure: the action of the first strategy that is for it, or undefined. A rejection is a
 * decision and no error: unlike in Harness AllErrors does not reach it, so that nobody's no is ignored with the errors.
 */
export function strategyFor(
  strategies: readonly FailureStrategy[],
  failure: StepFailure,
): FailureAction | undefined {
  const type =
    failure === 'rejected'
      ? 'ApprovalRejection'
      : failure === 'expired'
        ? 'Timeout'
        : (typeOfCode[failure.code] ?? 'Unknown');
  const fits = ({ errors }: FailureStrategy) =>
    errors.includes(type) || (failure !== 'rejected' && errors.includes('AllErrors'));
  return strategies.find(fits)?.action;
}
