import type { Database } from '../../../database/index.ts';
import type { Log } from '../../../kit/log.ts';
import type { Pace } from '../../../work/index.ts';
import type { Waits } from '../waits/waits.ts';
import type { Lease } from './lease.ts';
import type { NewLine } from './lines.ts';
import type { PreparingParts } from './prepare-step.ts';
import type { Attempt, Run, RunPlan, RunStep } from './run.ts';
import type { RunStore } from './run-store.ts';
import type { TryingParts } from './try-step.ts';

/** What taking runs further needs of its surroundings. */
export interface AdvancingParts extends PreparingParts, TryingParts {
  database: Database;
  store: RunStore;
  waits: Pick<Waits, 'put' | 'remove'>;
  pace: Pace;
  log: Log;
  /** Aborted when this replica stops: what is under way is left to others. */
  closing: AbortSignal;
  /** Called after each step forward. */
  announce(runId: string): void;
}

/** A run in hand, as it stands. */
export interface InHand {
  lease: Lease;
  run: Run;
  plan: RunPlan;
  steps: RunStep[];
}

/** A line of a step's, or of the run's own. */
export const lineOf = (at: Date, step: Pick<RunStep, 'reference'> | null, line: string): NewLine => ({
  at,
  step: step?.reference ?? null,
  line,
});

/** A try without an end was lost with the replica that made it: what it did is not known. */
export const closeLost = (attempt: Attempt): Attempt =>
  attempt.endedAt === undefined ? { ...attempt, endedAt: attempt.startedAt, uncertain: true } : attempt;
