import type { Connection } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { Build, Deployment, JiraClient, Submitter } from '../../kit/jira.ts';
import { prepareBuild } from './build-wire.ts';
import { readBuildsAnswer, readDeploymentsAnswer } from './bulk-answer.ts';
import { type BulkKind, createBulkSubmitter } from './bulk-submit.ts';
import { prepareDeployment } from './deployment-wire.ts';
import { buildLimits, deploymentLimits } from './limits.ts';
import { type JiraParts, openParts } from './parts.ts';
import { buildLink, createLinkSubmitter, deploymentLink, type RemoteLink } from './remote-links.ts';
import type { JiraSettings } from './settings.ts';

const builds: BulkKind<Build> = {
  name: 'builds',
  entitiesPerRequest: buildLimits.entities,
  prepare: prepareBuild,
  readAnswer: readBuildsAnswer,
};

const deployments: BulkKind<Deployment> = {
  name: 'deployments',
  entitiesPerRequest: deploymentLimits.entities,
  prepare: prepareDeployment,
  readAnswer: readDeploymentsAnswer,
};

/** A client of the Jira behind a connection. What it learns of the site it keeps, so keep it as well. */
export function createJiraClient(connection: Connection<JiraSettings>): JiraClient {
  const parts = openParts(connection);
  return {
    identify: async () => (await parts.site()).identity,
    builds: createSubmitter(connection, parts, builds, buildLink),
    deployments: createSubmitter(connection, parts, deployments, deploymentLink),
  };
}

/** An OAuth credential exists only for Cloud; without one the edition decides. */
function createSubmitter<E extends Build | Deployment>(
  connection: Connection<JiraSettings>,
  parts: JiraParts,
  kind: BulkKind<E>,
  toLink: (entity: E) => RemoteLink,
): Submitter<E> {
  const findTarget = async () => ({
    http: parts.getGateway(),
    path: `/jira/${kind.name}/0.1/cloud/${encodeURIComponent(await parts.cloudId())}/bulk`,
  });
  const bulk = createBulkSubmitter(kind, findTarget, connection.log);
  const links = createLinkSubmitter(toLink, parts.getPlatform);
  if (connection.settings.devops !== undefined) return bulk;
  return {
    async submit(entities, options) {
      const site = await parts.site().catch(asTielineError);
      if (site instanceof TielineError) {
        return { outcomes: entities.map(() => ({ state: 'failed', error: site })), requests: [] };
      }
      return (site.identity.edition === 'cloud' ? bulk : links).submit(entities, options);
    },
  };
}
