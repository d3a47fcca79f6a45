import { hash } from 'node:crypto';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { projectOf } from '../../kit/issue-keys.ts';
import type { Build, BuildKey, Deployment, DeploymentKey } from '../../kit/jira.ts';
import type { NewDelivery } from '../../work/index.ts';
import type { ConnectKeyActor } from '../access/index.ts';

/** A report as a pipeline posts it. `gate`: Jira is to be asked for a decision on the deployment. */
export type Report =
  | { kind: 'build'; entity: Build }
  | { kind: 'deployment'; entity: Deployment & { gate?: boolean } };

/** Who reports: a pipeline by its connect key, or a run of the hub's own, to which everything is allowed. */
export type Reporter = Omit<ConnectKeyActor, 'kind'> & { kind: ConnectKeyActor['kind'] | 'run' };

/**
 * The delivery of a report. Keys that the connect key does not allow are taken out and remembered as refused; with
 * nothing left the delivery is stored as skipped, never dropped in silence.
 * @throws not-allowed when the connect key does not allow the kind or the environment
 */
export function deliveryOf(report: Report, actor: Reporter, id: string | undefined): NewDelivery {
  assertAllowed(report, actor);
  const { kind, entity } = report;
  const keys = [...new Set(entity.issueKeys)];
  const allowed = keys.filter((key) => isAllowed(key, actor));
  const refused = keys.filter((key) => !isAllowed(key, actor));
  const services = report.kind === 'deployment' ? (report.entity.services ?? []) : [];
  const nothingLeft = allowed.length === 0 && services.length === 0;
  const body = JSON.stringify({ ...entity, issueKeys: allowed });
  return {
    direction: 'out',
    topic: kind,
    connectionId: actor.connectionId,
    ...(actor.kind === 'connect-key' ? { connectKeyId: actor.id } : {}),
    stream: streamOf(kind, actor.connectionId),
    orderingKey: orderingKeyOf(report),
    eventAt: entity.lastUpdated,
    summary: summaryOf(report),
    issueKeys: allowed,
    refusedKeys: refused,
    // By connect key: the delivery of another's report is not this one's to see.
    dedupe: {
      namespace: `${kind} ${actor.id}`,
      key: id ?? hashOf(body),
      fingerprint: fingerprintOf(report),
    },
    body,
    ...(report.kind === 'deployment' ? { facts: factsOf(report.entity) } : {}),
    ...(nothingLeft ? { skip: 'the connect key allows none of the issue keys' } : {}),
  };
}

/** The rules that gave an environment its type may change between two tries of one report. */
function fingerprintOf({ kind, entity }: Report): string | undefined {
  if (kind === 'build') return undefined;
  const { type: _type, ...environment } = entity.environment;
  return hash('sha256', JSON.stringify({ ...entity, environment }));
}

/** One request to Jira carries one kind of one connection: the stream is what may share a request. */
const streamOf = (kind: string, connectionId: string): string => `jira-${kind}:${connectionId}`;

function assertAllowed({ kind, entity }: Report, actor: Reporter): void {
  if (actor.kinds !== undefined && !actor.kinds.includes(kind)) {
    throw new TielineError('not-allowed', `The connect key "${actor.name}" does not allow a ${kind}`);
  }
  if (kind !== 'deployment' || actor.environments === undefined) return;
  const name = entity.environment.displayName;
  if (!actor.environments.includes(name)) {
    throw new TielineError(
      'not-allowed',
      `The connect key "${actor.name}" does not allow the environment "${name}"`,
    );
  }
}

const isAllowed = (key: string, actor: Reporter): boolean =>
  actor.projects === undefined || actor.projects.includes(projectOf(key));

/** JSON, so that no choice of names makes two entities one. */
function orderingKeyOf({ kind, entity }: Report): string {
  return kind === 'build'
    ? JSON.stringify([entity.pipelineId, entity.buildNumber])
    : JSON.stringify([entity.pipeline.id, entity.environment.id, entity.deploymentNumber]);
}

/** What {@link deliveryOf} made of a build's names. */
export function readBuildKey(orderingKey: string): BuildKey {
  const [pipelineId, buildNumber] = buildKey.parse(JSON.parse(orderingKey));
  return { pipelineId, buildNumber };
}

/** What {@link deliveryOf} made of a deployment's names. */
export function readDeploymentKey(orderingKey: string): DeploymentKey {
  const [pipelineId, environmentId, deploymentNumber] = deploymentKey.parse(JSON.parse(orderingKey));
  return { pipelineId, environmentId, deploymentNumber };
}

const buildKey = z.tuple([z.string(), z.number()]);
const deploymentKey = z.tuple([z.string(), z.string(), z.number()]);

function summaryOf({ kind, entity }: Report): string {
  return kind === 'build'
    ? `build ${entity.buildNumber} of ${entity.displayName}: ${entity.state}`
    : `deployment ${entity.deploymentNumber} of ${entity.pipeline.displayName} to ${entity.environment.displayName}: ${entity.state}`;
}

/** By these the last successful deployment to an environment is found again. */
const factsOf = ({ pipeline, environment, deploymentNumber, state, commit }: Deployment) => ({
  pipeline: pipeline.id,
  environment: environment.id,
  environmentName: environment.displayName,
  deploymentNumber,
  state,
  commit: commit?.id ?? null,
});

const hashOf = (body: string): string => `sha256:${hash('sha256', body)}`;
