import type { DirectJira, JiraTarget } from '../cli/direct-jira.ts';
import { createJiraClient } from '../connectors/jira/client.ts';
import { openParts } from '../connectors/jira/parts.ts';
import type { JiraSettings } from '../connectors/jira/settings.ts';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../http/index.ts';
import type { Connection } from '../kit/connector.ts';
import { TielineError } from '../kit/errors.ts';
import { silentLog } from './silent-log.ts';

const atlassianGateway = 'https://api.atlassian.com';

/** Jira Cloud for the command line, without a hub and without the deny list: the person there chose the address. */
export function openDirectJira(target: JiraTarget): DirectJira {
  const { siteUrl, cloudId, gatewayUrl = atlassianGateway, clientId, clientSecret, limits } = target;
  const now = () => new Date();
  const http = createHttp({
    tokens: memoryTokenStore(),
    budgets: memoryBudgetStore(),
    denyList: [],
    log: silentLog,
    now,
  });
  const connect = (settings: { cloudId?: string }): Connection<JiraSettings> => ({
    id: 'direct',
    name: 'direct',
    scope: 'account',
    settings: {
      // Without a site only the cloud id is asked of the settings, so that nothing is sent to this address.
      baseUrl: siteUrl ?? gatewayUrl,
      gatewayUrl,
      devops: { clientId, clientSecret },
      ...settings,
    },
    aim: (part) => http.aim({ name: 'direct', limits, ...part }),
    log: silentLog,
    now,
  });
  const parts = openParts(connect(siteUrl === undefined ? { cloudId } : {}));

  const askCloudId = async (): Promise<string> => {
    const found = await parts.cloudId().catch((thrown: unknown) => {
      throw siteUrl === undefined ? thrown : namingInstance(thrown, siteUrl);
    });
    if (cloudId === undefined || cloudId.toLowerCase() === found.toLowerCase()) return found;
    throw new TielineError(
      'usage-wrong',
      `INSTANCE and CLOUD_ID name different sites: ${siteUrl} has the cloud id ${found}, CLOUD_ID is ${cloudId}`,
      { hint: 'Give one of the two, or correct the wrong one.' },
    );
  };

  return {
    async open() {
      const [found] = await Promise.all([askCloudId(), parts.getGateway().prepare?.()]);
      return createJiraClient(connect({ cloudId: found }));
    },
    close: () => http.close(),
  };
}

/** The connector speaks of a connection's base URL; whoever runs the command knows it as INSTANCE. */
function namingInstance(thrown: unknown, siteUrl: string): unknown {
  if (!(thrown instanceof TielineError) || thrown.code !== 'jira-site-unknown') return thrown;
  return new TielineError('jira-site-unknown', `INSTANCE names no Jira Cloud site: ${thrown.message}`, {
    hint: `Check INSTANCE for a typing mistake: ${siteUrl} must be the address under which the browser shows Jira.`,
    details: thrown.details,
    cause: thrown,
  });
}
