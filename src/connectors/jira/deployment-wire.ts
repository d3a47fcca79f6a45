import type { Deployment, Sequenced } from '../../kit/jira.ts';
import { entityKey, type Prepared, sortIssueKeys, tooLongUrls } from './entity-wire.ts';
import { cutText, fitId } from './fit-text.ts';
import { deploymentLimits } from './limits.ts';

/**
 * A deployment as Jira takes it. Texts are cut; associations beyond the limit are left out, services before issues.
 * Jira Software Cloud REST API, "Submit deployment data".
 */
export function prepareDeployment(deployment: Sequenced<Deployment>): Prepared {
  const { possible, impossible } = sortIssueKeys(deployment.issueKeys);
  const issueKeys = possible.slice(0, deploymentLimits.associations);
  const named = [...new Set(deployment.services ?? [])];
  const services = named
    .filter((service) => service.length <= deploymentLimits.service)
    .slice(0, deploymentLimits.associations - issueKeys.length);
  const { pipeline, environment } = deployment;
  const reasons = tooLongUrls({ url: deployment.url, 'pipeline.url': pipeline.url }, deploymentLimits.url);
  if (issueKeys.length + services.length === 0) {
    reasons.push('the deployment names no issue key or service that Jira could know');
  }
  if (reasons.length > 0) return { ready: false, reasons, impossibleKeys: impossible };

  const pipelineId = fitId(pipeline.id, deploymentLimits.id);
  const environmentId = fitId(environment.id, deploymentLimits.id);
  const displayName = cutText(deployment.displayName, deploymentLimits.text);
  return {
    ready: true,
    key: entityKey(pipelineId, environmentId, deployment.deploymentNumber),
    issueKeys,
    leftOutKeys: possible.slice(deploymentLimits.associations),
    impossibleKeys: impossible,
    services,
    leftOutServices: named.filter((service) => !services.includes(service)),
    wire: {
      schemaVersion: '1.0',
      deploymentSequenceNumber: deployment.deploymentNumber,
      updateSequenceNumber: deployment.sequence,
      associations: [
        { associationType: 'issueIdOrKeys', values: issueKeys },
        { associationType: 'serviceIdOrKeys', values: services.map((service) => service.toWellFormed()) },
      ].filter(({ values }) => values.length > 0),
      displayName,
      url: deployment.url.toWellFormed(),
      // Unlike a build's, a deployment's description is required.
      description: deployment.description
        ? cutText(deployment.description, deploymentLimits.text)
        : displayName,
      ...(deployment.label && { label: cutText(deployment.label, deploymentLimits.text) }),
      ...(deployment.duration !== undefined && { duration: Math.round(deployment.duration) }),
      state: deployment.state,
      lastUpdated: deployment.lastUpdated.toISOString(),
      pipeline: {
        id: pipelineId,
        displayName: cutText(pipeline.displayName, deploymentLimits.text),
        url: pipeline.url.toWellFormed(),
      },
      environment: {
        id: environmentId,
        displayName: cutText(environment.displayName, deploymentLimits.text),
        type: environment.type,
      },
    },
  };
}

/**
 * A deployment that asks for a decision before it goes ahead: pending, of at least one service.
 * Jira Software Cloud REST API, "Submit deployment data", `commands`.
 */
export function prepareGate(deployment: Sequenced<Deployment>): Prepared {
  const prepared = prepareDeployment({ ...deployment, state: 'pending' });
  if (!prepared.ready) return prepared;
  if (prepared.services.length === 0) {
    const reasons = ['a deployment without a service has no gate: name the services that it changes'];
    return { ready: false, reasons, impossibleKeys: prepared.impossibleKeys };
  }
  return { ...prepared, wire: { ...prepared.wire, commands: [{ command: 'initiate_deployment_gating' }] } };
}
