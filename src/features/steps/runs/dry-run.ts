import { z } from 'zod';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import { type PreparingParts, prepareStep } from './prepare-step.ts';
import { type Run, type RunStep, stepStates } from './run.ts';
import type { NewRun } from './run-store.ts';

const problem = z.object({ code: z.string(), message: z.string(), hint: z.string() });

/** What a run would do, as the API shows it. */
export const dryRunView = z.object({
  dryRun: z.literal(true),
  kind: z.string(),
  name: z.string(),
  scope: z.string(),
  steps: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      action: z.string().nullable(),
      connection: z.string().nullable(),
      timeoutMs: z.number(),
      when: z.array(z.object({ status: z.string(), condition: z.string().optional() })),
      resolved: z
        .json()
        .meta({ description: 'Null where it hangs on what earlier steps give, or is wrong.' }),
      later: z.string().nullable().meta({
        description: 'What can be resolved only once earlier steps have run.',
      }),
      error: problem.nullable(),
    }),
  ),
  skipped: z.array(z.object({ identifier: z.string(), type: z.string(), at: z.string() })),
  notices: z.array(z.string()),
});

/** A step that has not begun. */
const notBegun: Omit<RunStep, 'reference' | 'position' | 'stage' | 'identifier' | 'name' | 'type' | 'input'> =
  {
    id: '',
    runId: '',
    state: stepStates[0],
    handled: null,
    reason: null,
    action: null,
    connectionId: null,
    resolved: null,
    output: null,
    outputName: null,
    error: null,
    attempts: [],
    retries: 0,
    waited: null,
    startedAt: null,
    endedAt: null,
    deadline: null,
  };

/** Checks and resolves what a run would do, as far as that hangs on no step before; nothing is sent or stored. */
export async function dryRunOf(
  parts: PreparingParts & { now(): Date },
  { scope, plan, context, createdBy }: NewRun,
): Promise<z.output<typeof dryRunView>> {
  const at = parts.now();
  const run: Run = {
    id: '00000000-0000-0000-0000-000000000000',
    number: 0,
    scope,
    kind: plan.kind,
    name: plan.pipeline.name,
    state: 'queued',
    plan,
    context,
    createdBy,
    createdAt: at,
    startedAt: at,
    endedAt: null,
    rerunOf: null,
    rerunFrom: null,
    issueKeys: [],
    cancelledBy: null,
    dueAt: null,
    heldBy: null,
    lines: 0,
    changes: 0,
  };
  const all = plan.stages.flatMap((stage) => stage.steps.map((planned) => ({ stage, planned })));
  const steps = all.map(({ stage, planned }, position): RunStep => {
    const { id: reference, identifier, name, type, spec: input } = planned;
    return { ...notBegun, reference, position, stage: stage.identifier, identifier, name, type, input };
  });
  const shown = [];
  for (const { planned } of all) {
    const { id, type, timeoutMs, when } = planned;
    const prepared = await prepareStep(parts, { run, plan, steps, planned, at }).catch(asTielineError);
    const ofStep = { id, type: type === 'action' ? planned.action : type, timeoutMs, when };
    if (prepared instanceof TielineError) {
      shown.push({ ...ofStep, action: null, connection: null, resolved: null, ...troubleOf(prepared) });
    } else {
      const { action, connection, resolved } = prepared;
      const found = { action: action.id, connection: connection.name, resolved };
      shown.push({ ...ofStep, ...found, later: null, error: null });
    }
  }
  const { kind, pipeline, skipped, notices } = plan;
  return { dryRun: true, kind, name: pipeline.name, scope, steps: shown, skipped, notices };
}

/** What earlier steps give is not there yet: that is no fault. */
function troubleOf({ code, message, hint, details }: TielineError) {
  const isLater = code === 'expression-unresolved' && /\bsteps\b/.test(String(details.expression ?? message));
  return isLater ? { later: message, error: null } : { later: null, error: { code, message, hint } };
}
