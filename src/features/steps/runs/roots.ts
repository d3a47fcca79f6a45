import { type ExpressionMap, type ExpressionValue, isMap } from '../../../kit/expression/index.ts';
import { hasFailed, type Run, type RunnableStep, type RunPlan, type RunStep, type StepState } from './run.ts';

/** Names within expressions, by root. */
export type Roots = Record<string, ExpressionValue>;

/** States in Harness's words, which its expressions compare with. */
const stepStatuses: Record<StepState, string> = {
  pending: 'NOT_STARTED',
  running: 'RUNNING',
  waiting: 'APPROVAL_WAITING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  rejected: 'APPROVAL_REJECTED',
  expired: 'EXPIRED',
  aborted: 'ABORTED',
  skipped: 'SKIPPED',
};

const statusOf = (step: RunStep): string =>
  step.handled === 'ignored' ? 'IGNORE_FAILED' : stepStatuses[step.state];

/** How the steps so far ended, as `currentStatus` tells it. */
export const currentStatusOf = (steps: RunStep[]): 'SUCCESS' | 'FAILED' =>
  steps.some(hasFailed) ? 'FAILED' : 'SUCCESS';

/** What a step that has begun shows to those after it. */
function nodeOf(step: RunStep): ExpressionMap {
  const output = step.output ?? {};
  return {
    identifier: step.identifier,
    name: step.name,
    type: step.type,
    status: statusOf(step),
    ...(step.startedAt === null ? {} : { startTs: step.startedAt.getTime() }),
    ...(step.endedAt === null ? {} : { endTs: step.endedAt.getTime() }),
    spec: step.resolved ?? step.input,
    output: { outputVariables: output, ...output },
    ...(step.outputName === null || step.outputName === 'output' ? {} : { [step.outputName]: output }),
  };
}

/** Own members only: a stage may be called `constructor`. */
function mapIn(parent: ExpressionMap, name: string): ExpressionMap {
  const known = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (isMap(known)) return known;
  const made: ExpressionMap = {};
  parent[name] = made;
  return made;
}

/** What a run knows of itself, before variables and steps. */
function ownRoots(run: Run, plan: RunPlan, address: string | undefined): Roots {
  const { pipeline } = plan;
  const [organization, project] = run.scope === 'account' ? [] : run.scope.split('/');
  const pipelineRoot: ExpressionMap = {
    identifier: pipeline.identifier,
    name: pipeline.name,
    ...(pipeline.description === undefined ? {} : { description: pipeline.description }),
    tags: pipeline.tags,
    executionId: run.id,
    sequenceId: run.number,
    startTs: run.createdAt.getTime(),
    triggeredBy: { name: run.createdBy.name },
    triggerType: 'MANUAL',
    ...(address === undefined ? {} : { executionUrl: `${address}/api/v1/runs/${run.id}` }),
  };
  return {
    account: { identifier: 'account' },
    ...(organization === undefined ? {} : { org: { identifier: organization, name: organization } }),
    ...(project === undefined ? {} : { project: { identifier: project, name: project } }),
    // What the caller knows of its pipeline, its code and its environment.
    ...run.context,
    pipeline: { ...asMap(run.context?.pipeline), ...pipelineRoot },
  };
}

const asMap = (value: ExpressionValue | undefined): ExpressionMap => (isMap(value) ? value : {});

/**
 * What expressions of a step may name: the run, its stage, the steps that have begun, and what was given to the run.
 * Variables are to be put in by the caller, as they may hold expressions themselves.
 */
export function rootsOf(parts: {
  run: Run;
  plan: RunPlan;
  steps: RunStep[];
  /** The step that asks. */
  planned: RunnableStep;
  /** The hub's own address. */
  address: string | undefined;
}): { roots: Roots; pipeline: ExpressionMap; stage: ExpressionMap } {
  const { run, plan, steps, planned, address } = parts;
  const roots = ownRoots(run, plan, address);
  const pipeline = asMap(roots.pipeline);
  pipeline.currentStatus = currentStatusOf(steps);
  const all = plan.stages.flatMap((stage) => stage.steps.map((step) => ({ stage, step })));
  const own = all.find(({ step }) => step.id === planned.id)?.stage;
  for (const { stage, step } of all) {
    const known = steps.find(({ reference }) => reference === step.id);
    const node = mapIn(mapIn(pipeline, 'stages'), stage.identifier);
    Object.assign(node, { identifier: stage.identifier, name: stage.name, type: stage.type });
    // Expressions may ask for any step of the stage, also where it has none that has begun.
    mapIn(mapIn(mapIn(node, 'spec'), 'execution'), 'steps');
    if (known === undefined || known.startedAt === null) continue;
    const [, ...path] = step.path;
    const last = path.pop();
    let parent = pipeline;
    for (const name of path) parent = mapIn(parent, name);
    if (last !== undefined) parent[last] = { ...asMap(parent[last]), ...nodeOf(known) };
  }
  const stage = mapIn(mapIn(pipeline, 'stages'), own?.identifier ?? '');
  const ofStage = steps.filter((step) => step.stage === own?.identifier);
  stage.currentStatus = currentStatusOf(ofStage);
  roots.stage = stage;
  const execution = mapIn(mapIn(stage, 'spec'), 'execution');
  roots.execution = execution;
  roots.steps = mapIn(execution, 'steps');
  return { roots, pipeline, stage };
}
