import type { Json } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';
import { type Actor, hasRole, homeScopeOf, principalOf, requireRole } from '../../access/index.ts';
import type { StoredConnection } from '../../connections/index.ts';
import { defaultTimeoutMs } from '../documents/duration.ts';
import { holdsExpression } from '../documents/expression-text.ts';
import type { Plan, PlanOptions } from '../documents/plan.ts';
import { readPlan } from '../documents/read-plan.ts';
import { stepTypes } from '../documents/step-types.ts';
import { findAction, findConnection, type PreparingParts } from './prepare-step.ts';
import {
  hasFailed,
  isOver,
  type Run,
  type RunAuthor,
  type RunContext,
  type RunPlan,
  type RunStep,
} from './run.ts';
import type { NewRun } from './run-store.ts';

/** A document to be run, with what is given for it. */
export interface GivenDocument extends PlanOptions {
  document: string;
  context?: RunContext;
  scope?: string;
}

/** Who starts a run, with the roles of this moment. */
function authorOf(actor: Actor | undefined): RunAuthor {
  const { kind, id, name, grants } = principalOf(actor);
  return { kind, id, name, grants };
}

/**
 * Reads a document into a run and checks what can be checked before it begins: that its author may run it there, and that
 * each connection that is named outright is one for its step.
 * @throws document-invalid, permission-missing, reference-not-found, reference-out-of-scope, request-invalid
 */
export async function runOf(
  parts: Pick<PreparingParts, 'connections' | 'connectors'>,
  actor: Actor | undefined,
  { document, context = {}, scope: wanted, ...options }: GivenDocument,
): Promise<NewRun> {
  const plan = readPlan(document, options);
  const written = plan.pipeline.scope;
  // What a document of Harness names counts where it means something here.
  const known = written !== undefined && hasRole(actor, 'operator', written) ? written : undefined;
  const scope = wanted ?? known ?? homeScopeOf(actor);
  requireRole(actor, 'operator', scope);
  const createdBy = authorOf(actor);
  await checkConnections(parts, { scope, createdBy }, plan);
  return { scope, plan, context, createdBy };
}

async function checkConnections(
  parts: Pick<PreparingParts, 'connections' | 'connectors'>,
  about: Pick<Run, 'scope' | 'createdBy'>,
  plan: Plan,
): Promise<void> {
  const found = new Map<string, StoredConnection>();
  for (const { connectorRef, type } of plan.stages.flatMap(({ steps }) => steps)) {
    if (holdsExpression(connectorRef)) continue;
    const connection = found.get(connectorRef) ?? (await findConnection(parts, about, connectorRef));
    found.set(connectorRef, connection);
    const { action } = stepTypes[type];
    if (action !== undefined) findAction(parts.connectors, connection, action);
  }
}

/**
 * A run of one action with its input as it is: no expression in it is resolved.
 * @throws request-invalid, permission-missing, reference-not-found
 */
export async function actionRunOf(
  parts: PreparingParts,
  actor: Actor | undefined,
  given: {
    action: string;
    connection: string;
    input: { [name: string]: Json };
    scope?: string;
    timeoutMs?: number;
  },
): Promise<NewRun> {
  const scope = given.scope ?? homeScopeOf(actor);
  requireRole(actor, 'operator', scope);
  const createdBy = authorOf(actor);
  const connection = await findConnection(parts, { scope, createdBy }, given.connection);
  const action = findAction(parts.connectors, connection, given.action);
  const [identifier = 'action'] = action.id.replaceAll(/[^A-Za-z0-9]+/g, '_').split(' ');
  const plan: RunPlan = {
    kind: 'action',
    pipeline: { identifier, name: action.label, tags: {}, variables: {} },
    stages: [
      {
        identifier: 'action',
        name: action.label,
        type: 'action',
        variables: {},
        when: { status: 'Success' },
        failureStrategies: [],
        steps: [
          {
            id: identifier,
            identifier,
            name: action.label,
            type: 'action',
            action: action.id,
            at: 'input',
            timeoutMs: given.timeoutMs ?? defaultTimeoutMs,
            when: [{ status: 'Success' }],
            failureStrategies: [],
            connectorRef: connection.id,
            spec: given.input,
            path: ['pipeline', 'stages', 'action', 'spec', 'execution', 'steps', identifier],
          },
        ],
      },
    ],
    skipped: [],
    notices: [],
  };
  return { scope, plan, context: {}, createdBy };
}

/**
 * The same once more, whole or from a step on; what the steps before it gave is taken over.
 * @throws rerun-not-possible, resource-not-found for a step that it does not have, permission-missing
 */
export function rerunOf(
  actor: Actor | undefined,
  run: Run,
  steps: RunStep[],
  from: string | undefined,
): NewRun {
  requireRole(actor, 'operator', run.scope);
  const { plan, context, scope } = run;
  if (plan === null || context === null) {
    throw new TielineError('rerun-not-possible', `What the run ${run.id} was asked to do is no longer kept`);
  }
  if (!isOver(run)) {
    throw new TielineError('rerun-not-possible', `The run ${run.id} has not ended: it is ${run.state}`, {
      hint: `Wait for its end, or end it: tieline runs cancel ${run.id}.`,
    });
  }
  const first = from === undefined ? undefined : findStep(run, steps, from);
  const kept = steps
    .filter(({ position }) => first !== undefined && position < first.position)
    // Whoever begins after a failure has seen to it.
    .map((step): RunStep => (hasFailed(step) ? { ...step, handled: 'ignored' } : step));
  return {
    scope,
    plan,
    context,
    createdBy: authorOf(actor),
    rerun: { of: run.id, ...(first === undefined ? {} : { from: first.reference }), kept },
  };
}

/** A step by its reference, or by an identifier that only one step has. @throws resource-not-found */
export function findStep({ id }: Run, steps: RunStep[], name: string): RunStep {
  const found =
    steps.find(({ reference }) => reference === name) ?? steps.find(({ identifier }) => identifier === name);
  if (found !== undefined) return found;
  const known = steps.map(({ reference }) => reference).join(', ');
  throw new TielineError('resource-not-found', `The run ${id} has no step "${name}"`, {
    hint: `Its steps are: ${known}.`,
  });
}
