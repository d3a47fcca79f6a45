import type { Json, Wait } from '../../../kit/action.ts';
import type { RoleGrant } from '../../access/index.ts';
import type { Plan, PlannedStage, PlannedStep } from '../documents/plan.ts';

/** How a run is. Those after `waiting` are its ends. */
export const runStates = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'rejected',
  'expired',
  'aborted',
] as const;
export type RunState = (typeof runStates)[number];

/** How a step is. Those after `waiting` are its ends. */
export const stepStates = [
  'pending',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'rejected',
  'expired',
  'aborted',
  'skipped',
] as const;
export type StepState = (typeof stepStates)[number];

const goingOn = new Set<string>(['queued', 'pending', 'running', 'waiting']);

/** Whether nothing more happens to a run or a step. */
export const isOver = ({ state }: { state: RunState | StepState }): boolean => !goingOn.has(state);

/** An action asked for by itself, not by a document: its input is taken as it is. */
export interface PlannedAction extends Omit<PlannedStep, 'type'> {
  type: 'action';
  action: string;
}

/** A step of a run. */
export type RunnableStep = PlannedStep | PlannedAction;

/** What a run does. */
export interface RunPlan extends Omit<Plan, 'kind' | 'stages'> {
  kind: Plan['kind'] | 'action';
  stages: (Omit<PlannedStage, 'steps'> & { steps: RunnableStep[] })[];
}

/** Who started a run, with the roles they had then. */
export interface RunAuthor {
  kind: 'user' | 'service-account' | 'token';
  id: string;
  name: string;
  grants: RoleGrant[];
}

/** A failure as it is stored: masked. */
export interface Problem {
  code: string;
  message: string;
  hint: string;
}

/** One try of a step. */
export interface Attempt {
  startedAt: string;
  /** Absent while it is under way, and for ever when the hub was killed meanwhile. */
  endedAt?: string;
  error?: Problem;
  /** It may have had its effect although it failed: who tries again looks first. */
  uncertain?: boolean;
}

/** What is given to a run beside its document: roots of expressions, by name. */
export type RunContext = Record<string, Json>;

/** A run as stored. */
export interface Run {
  id: string;
  number: number;
  scope: string;
  kind: RunPlan['kind'];
  name: string;
  state: RunState;
  /** Null once it is no longer kept. */
  plan: RunPlan | null;
  context: RunContext | null;
  createdBy: RunAuthor;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  rerunOf: string | null;
  rerunFrom: string | null;
  issueKeys: string[];
  cancelledBy: { kind: string; id: string; name: string } | null;
  dueAt: Date | null;
  heldBy: string | null;
  lines: number;
  changes: number;
}

/** A step of a run as stored. */
export interface RunStep {
  id: string;
  runId: string;
  position: number;
  reference: string;
  stage: string;
  identifier: string;
  name: string;
  type: string;
  state: StepState;
  handled: 'ignored' | 'marked-as-success' | null;
  /** Why it was skipped, rejected or ended by somebody. */
  reason: string | null;
  action: string | null;
  connectionId: string | null;
  /** As written. */
  input: Json;
  /** With its expressions resolved, masked. */
  resolved: Json;
  /** Masked. */
  output: { [name: string]: Json } | null;
  outputName: string | null;
  error: Problem | null;
  attempts: Attempt[];
  retries: number;
  waited: Wait | null;
  startedAt: Date | null;
  endedAt: Date | null;
  deadline: Date | null;
}

/** A step counts as failed for what comes after it, unless its failure was ignored. */
export const hasFailed = ({ state, handled }: Pick<RunStep, 'state' | 'handled'>): boolean =>
  handled === null &&
  (state === 'failed' || state === 'rejected' || state === 'expired' || state === 'aborted');

/** The end of a run by those of its steps: of several failures the first one. */
export function endOf(steps: RunStep[]): RunState {
  const first = steps.find(hasFailed);
  return first === undefined ? 'succeeded' : (first.state as RunState);
}
