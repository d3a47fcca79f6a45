import type { AuthScheme, Http } from '../../kit/http.ts';
import type { Build, Deployment } from '../../kit/jira.ts';
import type { Secret } from '../../kit/secret.ts';
import { prepareBuild } from './build-wire.ts';
import { readBuildsAnswer, readDeploymentsAnswer } from './bulk-answer.ts';
import { type BulkKind, createBulkSubmitter } from './bulk-submit.ts';
import { prepareDeployment } from './deployment-wire.ts';
import { buildLimits, deploymentLimits } from './limits.ts';

// What `tieline report` needs without a hub, where each millisecond of loading counts: nothing here may import zod.

/** Builds in Jira Cloud's bulk requests. */
export const bulkBuilds: BulkKind<Build> = {
  name: 'builds',
  entitiesPerRequest: buildLimits.entities,
  prepare: prepareBuild,
  bodyOf: (builds) => ({ builds }),
  readAnswer: readBuildsAnswer,
};

/** Deployments in Jira Cloud's bulk requests. */
export const bulkDeployments: BulkKind<Deployment> = {
  name: 'deployments',
  entitiesPerRequest: deploymentLimits.entities,
  prepare: prepareDeployment,
  bodyOf: (deployments) => ({ deployments }),
  readAnswer: readDeploymentsAnswer,
};

/** How an app shows itself at Atlassian's gateway: by an OAuth credential of the site. */
export const gatewayAuth = (
  gatewayUrl: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: Secret },
): AuthScheme => ({
  type: 'oauthClientCredentials',
  tokenUrl: `${gatewayUrl}/oauth/token`,
  clientId,
  clientSecret,
  audience: 'api.atlassian.com',
  encoding: 'json',
});

/** A submitter to Jira Cloud by its gateway, for any site whose cloud id is known. */
export const createCloudSubmitter = <E>(
  kind: BulkKind<E>,
  cloud: { getGateway(): Http; cloudId(): Promise<string> },
) =>
  createBulkSubmitter(kind, async () => ({
    http: cloud.getGateway(),
    path: `/jira/${kind.name}/0.1/cloud/${encodeURIComponent(await cloud.cloudId())}/bulk`,
  }));
