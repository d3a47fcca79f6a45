import { z } from 'zod';
import { isoDate, text } from '../../../kit/paging.ts';
import { isOver, type Run, type RunStep, runStates, stepStates } from './run.ts';

const json = z.json();
const problem = z.object({ code: z.string(), message: z.string(), hint: z.string() });

/** A step of a run as the API shows it. */
export const stepView = z.object({
  id: z
    .string()
    .meta({ description: 'The identifier; `stage.identifier` where two stages have the same one.' }),
  stage: z.string(),
  identifier: z.string(),
  name: z.string(),
  type: z.string().meta({ description: 'The type in the document, or the action that was asked for.' }),
  state: z.enum(stepStates),
  handled: z.enum(['ignored', 'marked-as-success']).nullable().meta({
    description: 'What its failure strategy made of its failure.',
  }),
  reason: z.string().nullable().meta({ description: 'Why it was skipped, rejected or aborted.' }),
  action: z.string().nullable(),
  connectionId: z.string().nullable(),
  input: json.meta({ description: 'The spec as written; null once it is no longer kept.' }),
  resolved: json.meta({ description: 'The spec with its expressions resolved; secrets show as [secret].' }),
  output: z.record(z.string(), json).nullable(),
  outputName: z.string().nullable().meta({
    description: 'Under which name expressions find the output: `execution.steps.ID.issue`.',
  }),
  error: problem.nullable(),
  attempts: z.array(
    z.object({
      startedAt: isoDate,
      endedAt: isoDate.optional(),
      error: problem.optional(),
      uncertain: z.boolean().optional().meta({
        description: 'It may have had its effect although it failed: the next try looks first.',
      }),
    }),
  ),
  waitsFor: z.object({ issue: z.string() }).nullable(),
  startedAt: isoDate.nullable(),
  endedAt: isoDate.nullable(),
  deadline: isoDate.nullable(),
});

const runFields = {
  id: z.string(),
  number: z.number(),
  scope: z.string(),
  kind: z.enum(['step', 'stage', 'pipeline', 'action']),
  name: z.string(),
  state: z.enum(runStates),
  final: z.boolean().meta({ description: 'True when nothing more happens to it.' }),
  createdAt: isoDate,
  createdBy: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  startedAt: isoDate.nullable(),
  endedAt: isoDate.nullable(),
  dueAt: isoDate.nullable().meta({ description: 'When it goes on at the latest.' }),
  issueKeys: z.array(z.string()).meta({ description: 'Issues that its steps touched.' }),
  rerunOf: z.string().nullable(),
  rerunFrom: z.string().nullable(),
  cancelledBy: z.object({ name: z.string() }).nullable(),
};

/** A run in a list. */
export const runSummary = z.object(runFields);

/** A whole run as the API shows it. */
export const runView = z.object({
  ...runFields,
  skipped: z.array(z.object({ identifier: z.string(), type: z.string(), at: z.string() })).meta({
    description: 'Steps of the document that are of no type that is run here.',
  }),
  notices: z.array(z.string()),
  steps: z.array(stepView),
});

/** Shows a run without its steps. */
export function summarizeRun(run: Run): z.output<typeof runSummary> {
  const { id, number, scope, kind, name, state, createdBy, issueKeys, rerunOf, rerunFrom, cancelledBy } = run;
  return {
    id,
    number,
    scope,
    kind,
    name,
    state,
    final: isOver(run),
    createdAt: text(run.createdAt),
    createdBy: { kind: createdBy.kind, id: createdBy.id, name: createdBy.name },
    startedAt: text(run.startedAt),
    endedAt: text(run.endedAt),
    dueAt: text(run.dueAt),
    issueKeys,
    rerunOf,
    rerunFrom,
    cancelledBy: cancelledBy && { name: cancelledBy.name },
  };
}

/** Shows a step. */
export function viewStep(step: RunStep): z.output<typeof stepView> {
  const { reference, waited, startedAt, endedAt, deadline, attempts, input, resolved, output, ...rest } =
    step;
  const { stage, identifier, name, type, state, handled, reason, action, connectionId, outputName, error } =
    rest;
  return {
    id: reference,
    stage,
    identifier,
    name,
    type,
    state,
    handled,
    reason,
    action,
    connectionId,
    input,
    resolved,
    output,
    outputName,
    error,
    attempts,
    waitsFor: waited && { issue: waited.issueKey },
    startedAt: text(startedAt),
    endedAt: text(endedAt),
    deadline: text(deadline),
  };
}

/** Shows a whole run. */
export function viewRun(run: Run, steps: RunStep[]): z.output<typeof runView> {
  return {
    ...summarizeRun(run),
    skipped: run.plan?.skipped ?? [],
    notices: run.plan?.notices ?? [],
    steps: steps.map(viewStep),
  };
}
