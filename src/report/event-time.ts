import type { DeploymentState } from '../kit/jira.ts';
import type { CiContext } from './ci-context.ts';
import { isFinal } from './state.ts';

/** How far the clock of the CI's server may be ahead of this machine's; a later start is taken for a wrong clock. */
const largestSkewMs = 5 * 60_000;

/**
 * When the state came to be: states are put in order by it. A build that is under way has the time of its start, by
 * the server's clock, so that no later state on a machine whose clock is behind loses against it; one that has ended
 * has the CI's time of the end, where there is one. All else, and every deployment, which starts somewhere within its
 * pipeline, happens now; never before the start.
 */
export function eventTime(
  kind: 'build' | 'deployment',
  state: DeploymentState,
  context: Pick<CiContext, 'startedAt' | 'finishedAt'>,
  now: Date,
): Date {
  const { startedAt, finishedAt } = context;
  const startIsKnown = startedAt !== undefined && startedAt.getTime() <= now.getTime() + largestSkewMs;
  const underWay = state === 'pending' || state === 'in_progress';
  if (kind === 'build' && underWay && startIsKnown) return startedAt;
  if (kind === 'build' && isFinal(state) && finishedAt !== undefined && finishedAt <= now) {
    if (startedAt === undefined || finishedAt > startedAt) return finishedAt;
  }
  return startIsKnown && startedAt >= now ? new Date(startedAt.getTime() + 1) : now;
}
