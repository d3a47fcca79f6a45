import type { Connection } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import type {
  Build,
  Deployment,
  DevInfoSubmitter,
  JiraClient,
  JiraIdentity,
  SubmitAnswer,
  Submitter,
} from '../../kit/jira.ts';
import type { BulkKind } from './bulk-submit.ts';
import { bulkBuilds, bulkDeployments, createCloudSubmitter } from './cloud-bulk.ts';
import { createDevLinkSubmitter } from './dev-info/links.ts';
import { createDevInfoSubmitter } from './dev-info/submit.ts';
import { gatedDeployments, readGatingStatus } from './gating.ts';
import { findBuild, findDeployment } from './held-state.ts';
import { createIssueWebhooks } from './issue-webhooks.ts';
import { createIssues } from './issues.ts';
import { createMetadata } from './metadata.ts';
import { type JiraParts, keptParts } from './parts.ts';
import { buildLink, deploymentLink } from './remote-link.ts';
import { createLinkSubmitter } from './remote-links.ts';
import type { JiraSettings } from './settings.ts';

/** A client of the Jira behind a connection. What it learns of the site it keeps, so keep it as well. */
export function createJiraClient(connection: Connection<JiraSettings>): JiraClient {
  const parts = keptParts(connection);
  const onCloud = <E>(kind: BulkKind<E>) => createCloudSubmitter(kind, parts);
  const byEdition = <E>(cloud: Submitter<E>, selfHosted: (site: JiraIdentity) => Submitter<E>) =>
    createSubmitter(connection, parts, cloud, selfHosted);
  const links =
    <E extends Build | Deployment>(toLink: Parameters<typeof createLinkSubmitter<E>>[0]) =>
    (site: JiraIdentity) =>
      createLinkSubmitter(toLink, parts.getPlatform, site.baseUrl);
  const assertCloud = async (unsuited: (site: JiraIdentity) => TielineError) => {
    const { devops } = connection.settings;
    const site = devops === undefined ? (await parts.site()).identity : undefined;
    if (site !== undefined && site.edition !== 'cloud') throw unsuited(site);
  };
  return {
    identify: async () => (await parts.site()).identity,
    builds: {
      ...byEdition(onCloud(bulkBuilds), links(buildLink)),
      async find(build) {
        await assertCloud(unreadable);
        return findBuild(parts, build);
      },
    },
    deployments: {
      ...byEdition(onCloud(bulkDeployments), links(deploymentLink)),
      async find(deployment) {
        await assertCloud(unreadable);
        return findDeployment(parts, deployment);
      },
      gate: byEdition(onCloud(gatedDeployments), withoutGates).submit,
      async gatingStatus(deployment) {
        await assertCloud(ungated);
        return readGatingStatus(parts, deployment);
      },
    },
    devInfo: createDevInfo(connection, parts),
    issues: createIssues(parts),
    metadata: createMetadata(parts),
    webhooks: createIssueWebhooks(parts, connection.settings.platform),
  };
}

/** By bulk requests on Cloud, by remote links elsewhere. */
function createDevInfo(connection: Connection<JiraSettings>, parts: JiraParts): DevInfoSubmitter {
  const cloud = createDevInfoSubmitter(parts);
  if (connection.settings.devops !== undefined) return cloud;
  const chosen = async (): Promise<DevInfoSubmitter> => {
    const { identity } = await parts.site();
    return identity.edition === 'cloud' ? cloud : createDevLinkSubmitter(parts.getPlatform, identity);
  };
  return {
    async submit(entities, submission) {
      const submitter = await chosen().catch(asTielineError);
      if (submitter instanceof TielineError) return failAll(entities, submitter);
      return submitter.submit(entities, submission);
    },
    removeByProperties: async (properties) => (await chosen()).removeByProperties(properties),
    existsByProperties: async (properties) => (await chosen()).existsByProperties(properties),
  };
}

/** An OAuth credential exists only for Cloud; without one the edition decides. */
function createSubmitter<E>(
  connection: Connection<JiraSettings>,
  parts: JiraParts,
  cloud: Submitter<E>,
  selfHosted: (site: JiraIdentity) => Submitter<E>,
): Submitter<E> {
  if (connection.settings.devops !== undefined) return cloud;
  return {
    async submit(entities, options) {
      const site = await parts.site().catch(asTielineError);
      if (site instanceof TielineError) return failAll(entities, site);
      const submitter = site.identity.edition === 'cloud' ? cloud : selfHosted(site.identity);
      return submitter.submit(entities, options);
    },
  };
}

const failAll = (entities: unknown[], error: TielineError): SubmitAnswer => ({
  outcomes: entities.map(() => ({ state: 'failed', error })),
  requests: [],
});

const ungated = ({ baseUrl, version }: JiraIdentity) =>
  new TielineError(
    'jira-edition-unsuited',
    `Deployment gating is a thing of Jira Cloud; ${baseUrl} is a self-hosted Jira ${version}`,
    { hint: 'Have an issue of its own approved before the deployment instead.' },
  );

const unreadable = ({ baseUrl, version }: JiraIdentity) =>
  new TielineError(
    'jira-edition-unsuited',
    `${baseUrl} is a self-hosted Jira ${version}, which holds builds and deployments as links and cannot be asked for their state`,
    { hint: 'Look at the links of the issue in Jira.' },
  );

const withoutGates = (site: JiraIdentity): Submitter<Deployment> => ({
  submit: async (entities) => failAll(entities, ungated(site)),
});
