import type { DirectJira, DirectJiraClient, JiraTarget } from '../cli/direct-jira.ts';
import {
  bulkBuilds,
  bulkDeployments,
  createCloudSubmitter,
  gatewayAuth,
} from '../connectors/jira/cloud-bulk.ts';
import { readCloudId } from '../connectors/jira/cloud-id.ts';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../http/index.ts';
import type { Connection } from '../kit/connector.ts';
import type { ErrorCode } from '../kit/error-catalogue.ts';
import { TielineError } from '../kit/errors.ts';
import type { Http, HttpTarget } from '../kit/http.ts';
import type { JiraClient } from '../kit/jira.ts';
import { silentLog } from './silent-log.ts';

const atlassianGateway = 'https://api.atlassian.com';

/** Jira Cloud for the command line, without a hub and without the deny list: the person there chose the address. */
export function openDirectJira(target: JiraTarget): DirectJira {
  const { siteUrl, gatewayUrl = atlassianGateway, limits } = target;
  const factory = createHttp({
    tokens: memoryTokenStore(),
    budgets: memoryBudgetStore(),
    denyList: [],
    log: silentLog,
  });
  const aim = (part: Pick<HttpTarget, 'baseUrl' | 'auth' | 'limits'>) =>
    factory.aim({ name: 'direct', limits, ...part });
  const gateway = aim({ baseUrl: gatewayUrl, auth: gatewayAuth(gatewayUrl, target) });
  const site = siteUrl === undefined ? undefined : aim({ baseUrl: siteUrl, auth: { type: 'none' } });
  let cloudId: string | undefined;

  return {
    async open() {
      const [known] = await Promise.all([
        cloudId ?? findCloudId(target, site),
        // The token is had meanwhile.
        gateway.prepare?.(),
      ]);
      cloudId = known;
      return clientOf(gateway, known, () => wholeClient(target, { gatewayUrl, cloudId: known, aim }));
    },
    close: () => factory.close(),
  };
}

/** Asks the site, if there is one, and holds its answer against CLOUD_ID. */
async function findCloudId({ siteUrl, cloudId }: JiraTarget, site: Http | undefined): Promise<string> {
  if (site === undefined || siteUrl === undefined) {
    if (cloudId !== undefined) return cloudId;
    throw new TypeError('neither the site nor its cloud id is given');
  }
  const found = await readCloudId(site, siteUrl).catch((thrown: unknown) => {
    throw namingInstance(thrown, siteUrl);
  });
  if (cloudId === undefined || cloudId.toLowerCase() === found.toLowerCase()) return found;
  throw new TielineError(
    'usage-wrong',
    `INSTANCE and CLOUD_ID name different sites: ${siteUrl} has the cloud id ${found}, CLOUD_ID is ${cloudId}`,
    { hint: 'Give one of the two, or correct the wrong one.' },
  );
}

/** What nearly every report needs, without the rest of the connector; a gate loads that too. */
function clientOf(gateway: Http, id: string, whole: () => Promise<JiraClient>): DirectJiraClient {
  const cloud = { getGateway: () => gateway, cloudId: async () => id };
  return {
    builds: createCloudSubmitter(bulkBuilds, cloud),
    deployments: {
      ...createCloudSubmitter(bulkDeployments, cloud),
      gate: async (...given) => (await whole()).deployments.gate(...given),
      gatingStatus: async (deployment) => (await whole()).deployments.gatingStatus(deployment),
    },
  };
}

async function wholeClient(
  { siteUrl, clientId, clientSecret }: JiraTarget,
  { gatewayUrl, cloudId, aim }: { gatewayUrl: string; cloudId: string; aim: Connection<unknown>['aim'] },
): Promise<JiraClient> {
  const { createJiraClient } = await import('../connectors/jira/client.ts');
  return createJiraClient({
    id: 'direct',
    name: 'direct',
    scope: 'account',
    settings: { baseUrl: siteUrl ?? gatewayUrl, gatewayUrl, cloudId, devops: { clientId, clientSecret } },
    aim,
    log: silentLog,
    now: () => new Date(),
  });
}

/** Errors by which a site is none of Jira Cloud. */
const wrongSites: ReadonlySet<ErrorCode> = new Set([
  'jira-site-unknown',
  'jira-login-page',
  'jira-not-json',
  'jira-answer-empty',
  'jira-other-product',
]);

/** The connector speaks of a connection's base URL; whoever runs the command knows it as INSTANCE. */
function namingInstance(thrown: unknown, siteUrl: string): unknown {
  if (!(thrown instanceof TielineError) || !wrongSites.has(thrown.code)) return thrown;
  return new TielineError(thrown.code, `INSTANCE names no Jira Cloud site: ${thrown.message}`, {
    hint: `Check INSTANCE for a typing mistake: ${siteUrl} must be the address under which the browser shows Jira.`,
    details: thrown.details,
    cause: thrown,
  });
}
