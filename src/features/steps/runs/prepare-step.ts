import { z } from 'zod';
import type { Action, Json } from '../../../kit/action.ts';
import type { AnyConnector, Egress } from '../../../kit/connector.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { ExpressionMap } from '../../../kit/expression/index.ts';
import { maskSecrets, type Secret } from '../../../kit/secret.ts';
import { wrongFields } from '../../../kit/wrong-fields.ts';
import { maySee, requireRole } from '../../access/index.ts';
import type { ConnectionStore, StoredConnection } from '../../connections/index.ts';
import { readsMachine, type SecretReferences } from '../../secrets/index.ts';
import { readTimeoutMs } from '../documents/duration.ts';
import { stepTypes } from '../documents/step-types.ts';
import { maskError, maskText } from './mask.ts';
import { fieldNames } from './name-field.ts';
import { openNamed } from './named-secrets.ts';
import { ciOf, reportActionId } from './report-action.ts';
import { createResolver, type OpenSecret, type Resolver } from './resolve-step.ts';
import { rootsOf } from './roots.ts';
import type { Run, RunnableStep, RunPlan, RunStep } from './run.ts';

/** Any action: it parses its own input. */
export type AnyAction = Action<Egress, unknown>;

/** A step that is ready to be done. */
export interface PreparedStep {
  action: AnyAction;
  connection: StoredConnection;
  input: unknown;
  outputName: string;
  /** The spec with its expressions resolved, masked. */
  resolved: Json;
  /** What must not be shown of whatever comes of it. */
  secrets: Secret[];
  notices: string[];
}

/** What preparing a step needs of its surroundings. */
export interface PreparingParts {
  connectors: Map<string, AnyConnector>;
  connections: Pick<ConnectionStore, 'getForUse'>;
  secrets: Pick<SecretReferences, 'resolve'>;
  /** By which a `Plugin` step reports. */
  report: AnyAction;
  publicUrl: string | undefined;
}

/** A step within its run. */
export interface StepInRun {
  run: Run;
  plan: RunPlan;
  steps: RunStep[];
  planned: RunnableStep;
  /** The moment that expressions take for now. */
  at: Date;
}

/** Expressions as a step of a run sees them. */
export async function resolverFor(
  { secrets, publicUrl }: PreparingParts,
  { run, plan, steps, planned, at }: StepInRun,
): Promise<Resolver> {
  const { roots, pipeline, stage } = rootsOf({ run, plan, steps, planned, address: publicUrl });
  const openSecret: OpenSecret = async (reference) => {
    if (readsMachine(reference)) requireRole(run.createdBy, 'administrator', 'account');
    return secrets.resolve(reference, { scope: run.scope });
  };
  const resolver = createResolver({ roots, openSecret, at, nameField: fieldNames(plan, planned) });
  const own = plan.stages.find((one) => one.steps.some(({ id }) => id === planned.id));
  const ofPipeline: ExpressionMap = {};
  const ofStage: ExpressionMap = {};
  pipeline.variables = ofPipeline;
  stage.variables = ofStage;
  await resolver.variables([
    { into: ofPipeline, written: plan.pipeline.variables },
    { into: ofStage, written: own?.variables ?? {} },
  ]);
  const all = plan.stages.flatMap((one) => one.steps.map(({ spec }) => spec));
  resolver.secrets.push(...(await openNamed(all, openSecret)));
  return resolver;
}

/**
 * Resolves a step's expressions, finds the connection that it may use, and reads the input of its action.
 * @throws request-invalid, expression-unresolved and the like, reference-not-found, permission-missing
 */
export async function prepareStep(parts: PreparingParts, step: StepInRun): Promise<PreparedStep> {
  const resolver = await resolverFor(parts, step);
  try {
    return await prepare(parts, step, resolver);
  } catch (thrown) {
    throw maskError(asTielineError(thrown), resolver.secrets);
  }
}

async function prepare(parts: PreparingParts, step: StepInRun, resolver: Resolver): Promise<PreparedStep> {
  const { run, planned } = step;
  const read = await readInput(parts, step, resolver);
  const connection = await findConnection(parts, run, await connectionName(planned, resolver));
  const action =
    read.action === reportActionId ? parts.report : findAction(parts.connectors, connection, read.action);
  const parsed = action.input.safeParse(read.input);
  if (!parsed.success) {
    const fields = wrongFields(parsed.error.issues);
    const told = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new TielineError('request-invalid', `The input of ${action.id} is wrong: ${told}`, { fields });
  }
  return {
    action,
    connection,
    input: parsed.data,
    outputName: read.outputName,
    resolved: maskSecrets(asJson(read.spec), resolver.secrets),
    secrets: resolver.secrets,
    notices: read.notices.map((notice) => maskText(notice, resolver.secrets)),
  };
}

/** How long the step may take: its time-out may be an expression. */
export async function timeoutOf(planned: RunnableStep, resolver: Resolver): Promise<number> {
  if (planned.timeoutExpression === undefined) return planned.timeoutMs;
  return readTimeoutMs(String(await resolver.value(planned.timeoutExpression, ['timeout'])));
}

async function readInput(
  { publicUrl }: PreparingParts,
  { run, plan, steps, planned }: StepInRun,
  resolver: Resolver,
) {
  if (planned.type === 'action') {
    const { action, spec } = planned;
    return { action, spec, input: spec, outputName: 'output', notices: [] };
  }
  const type = stepTypes[planned.type];
  const spec = await resolver.spec(planned, type);
  const { input, notices } = type.toInput(spec);
  const { action = reportActionId, outputName } = type;
  const isReport = action === reportActionId;
  return {
    action,
    spec,
    input: isReport ? { ...input, ci: ciOf(run, plan, steps, publicUrl) } : input,
    outputName,
    notices,
  };
}

async function connectionName(
  { connectorRef, identifier }: RunnableStep,
  resolver: Resolver,
): Promise<string> {
  const name = await resolver.value(connectorRef, ['connectorRef']);
  if (typeof name === 'string' && name.trim() !== '') return name.trim();
  throw new TielineError('request-invalid', `connectorRef of the step ${identifier} can't be empty`, {
    hint: 'Name the connection, e.g. account.jira; see `tieline connection list`.',
  });
}

/**
 * The connection that a run names: where it may be used, and whose user may run steps with it.
 * @throws reference-not-found, reference-out-of-scope, permission-missing
 */
export async function findConnection(
  { connections }: Pick<PreparingParts, 'connections'>,
  { scope, createdBy }: Pick<Run, 'scope' | 'createdBy'>,
  reference: string,
): Promise<StoredConnection> {
  const connection = await connections.getForUse(reference, { scope }).catch(notRepairable);
  if (maySee(createdBy, connection.scope)) {
    requireRole(createdBy, 'operator', connection.scope);
    return connection;
  }
  throw new TielineError(
    'reference-not-found',
    `There is no connection "${reference}" seen from the scope ${scope}`,
  );
}

/** A step that names what is not there fails: nobody mends its document while it waits. */
function notRepairable(thrown: unknown): never {
  const error = asTielineError(thrown);
  if (error.retry !== 'once-repaired') throw thrown;
  const { code, message, hint, details } = error;
  throw new TielineError(code, message, { hint, details, retry: 'never', cause: thrown });
}

/** @throws request-invalid when the product of the connection does nothing of the kind */
export function findAction(
  connectors: Map<string, AnyConnector>,
  { name, connector }: Pick<StoredConnection, 'name' | 'connector'>,
  id: string,
): AnyAction {
  const known = connectors.get(connector);
  const action = known?.actions?.find((one) => one.id === id);
  if (action !== undefined) return action;
  throw new TielineError(
    'request-invalid',
    `"${name}" is a ${known?.label ?? connector} connection, which cannot do ${id}`,
  );
}

const json: z.ZodType<Json> = z.json();

/** A resolved spec without its secrets. */
const asJson = (spec: unknown): Json => json.parse(JSON.parse(JSON.stringify(spec)));
