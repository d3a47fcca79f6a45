import { type Finding, reportOf } from '../../kit/connection-report.ts';
import type { Connection, TestReport, TestScope } from '../../kit/connector.ts';
import { accountHints, findAccount } from './account-check.ts';
import { runJiraCheck } from './check.ts';
import { devopsProbes, probeDevops, withoutDevops } from './devops-probes.ts';
import { openParts } from './parts.ts';
import { judgeLinks, judgePermissions, surveyPermissions } from './permissions.ts';
import type { Platform } from './platform-settings.ts';
import { judgeScopes } from './scopes-check.ts';
import type { JiraSettings } from './settings.ts';
import { checkCloudId, judgeClock, judgeSite, productOf } from './site-checks.ts';
import { judgeWebhooks } from './webhook-check.ts';

type Found = Pick<TestReport, 'product' | 'account' | 'clockSkewMs' | 'rateLimit'>;
type Check = () => Promise<Finding>;

/**
 * Says what works with a Jira connection: each check by itself, side by side; a refusal is reported, not thrown. It makes
 * at most nine requests, tokens included, and one more for each further project.
 */
export async function testJira(
  connection: Connection<JiraSettings>,
  about: TestScope = {},
): Promise<TestReport> {
  const startedAt = connection.now();
  const { platform, devops, cloudId, baseUrl } = connection.settings;
  const parts = openParts(connection);
  const found: Found = {};
  const survey = platform && surveyPermissions(parts.getPlatform(), about.projects ?? []);
  // Those who wait for it report its failure; none may be left over.
  survey?.catch(() => undefined);
  // When the site cannot be read, its own check says so.
  const hasPanel = parts.site().then(
    ({ identity }) => identity.edition === 'cloud',
    () => false,
  );
  const asAccount = (
    capability: string,
    check: (as: { platform: Platform; survey: NonNullable<typeof survey> }) => Promise<Finding>,
  ) =>
    runJiraCheck(
      capability,
      async () => (platform && survey ? check({ platform, survey }) : noAccount),
      platform && accountHints[platform.type],
    );
  const links: Check = async () => (survey === undefined ? noAccount : judgeLinks(await survey));

  const capabilities = await Promise.all([
    runJiraCheck('site', async () => {
      const site = await parts.site();
      found.clockSkewMs = site.clockSkewMs;
      found.product = productOf(site.identity);
      return judgeSite(site);
    }),
    asAccount('account', async () => {
      const { rateLimit, ...account } = await findAccount(connection, parts);
      found.account = account;
      found.rateLimit = rateLimit;
      return { state: 'ok', message: `Signed in as ${account.name}.` };
    }),
    asAccount('permissions', async ({ survey }) => judgePermissions(await survey, await hasPanel)),
    asAccount('webhooks', async ({ platform, survey }) => judgeWebhooks(platform, await survey)),
    ...(platform?.type === 'oauth' ? [runJiraCheck('scopes', async () => judgeScopes(platform))] : []),
    ...(cloudId === undefined ? [] : [runJiraCheck('cloud-id', () => checkCloudId(parts, baseUrl, cloudId))]),
    ...devopsProbes.map((probe) =>
      runJiraCheck(
        probe.capability,
        () => (devops ? probeDevops(parts, probe) : withoutDevops(parts, probe, links)),
        platform && devops === undefined
          ? accountHints[platform.type]
          : `In Jira, under Settings, Apps, OAuth credentials, see that the credential exists and has the permission ${probe.title}. If not, make a new one and give its client id and secret to the connection.`,
      ),
    ),
  ]);
  if (found.clockSkewMs !== undefined) capabilities.push(judgeClock(found.clockSkewMs));
  return reportOf(connection, startedAt, { ...found, capabilities });
}

const noAccount = {
  state: 'not-configured',
  message: 'The connection has no user.',
  hint: 'Add a user to the connection to read and change issues.',
} as const;
