import type { CapabilityReport, Connection, TestReport, TestScope } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { JiraIdentity } from '../../kit/jira.ts';
import { readAccount } from './account.ts';
import { type Finding, runCheck } from './check.ts';
import { devopsProbes, probeDevops, withoutDevops } from './devops-probes.ts';
import { type JiraParts, openParts } from './parts.ts';
import { checkLinks, checkPermissions, checkWebhooks } from './permissions.ts';
import type { JiraSettings } from './settings.ts';
import { readCloudId } from './site.ts';

/** Beyond this the times shown in Jira mislead their readers, and newer states may pass for older ones. */
const largestClockSkewMs = 60_000;

type Found = Pick<TestReport, 'product' | 'account' | 'clockSkewMs'>;
type Check = () => Promise<Finding>;

/** Says what works with a Jira connection: each check by itself, side by side; a refusal is reported, not thrown. */
export async function testJira(
  connection: Connection<JiraSettings>,
  about: TestScope = {},
): Promise<TestReport> {
  const startedAt = connection.now();
  const parts = openParts(connection);
  const { platform, devops, cloudId } = connection.settings;
  const found: Found = {};
  const asAccount = (check: Check): Check => (platform ? check : async () => noAccount);
  // When the site cannot be read, its own check says so.
  const hasPanel = parts.site().then(
    ({ identity }) => identity.edition === 'cloud',
    () => false,
  );
  const linksCheck = asAccount(() => checkLinks(parts.getPlatform(), about.projects ?? []));
  const accountHint = platform && accountHints[platform.type];

  const capabilities = await Promise.all([
    runCheck('site', () => checkSite(parts, found)),
    runCheck(
      'account',
      asAccount(() => checkAccount(parts, found)),
      accountHint,
    ),
    runCheck(
      'permissions',
      asAccount(async () => checkPermissions(parts.getPlatform(), about.projects ?? [], await hasPanel)),
      accountHint,
    ),
    runCheck(
      'webhooks',
      asAccount(() => checkWebhooks(parts.getPlatform())),
      accountHint,
    ),
    ...(devops && cloudId
      ? [runCheck('cloud-id', () => checkCloudId(parts, connection.settings.baseUrl, cloudId))]
      : []),
    ...devopsProbes.map((probe) =>
      runCheck(
        probe.capability,
        () => (devops ? probeDevops(parts, probe) : withoutDevops(parts, probe, linksCheck)),
        platform && devops === undefined
          ? accountHint
          : `In Jira, under Settings, System, OAuth credentials, see that the credential exists and has the permission ${probe.title}. If not, make a new one and give its client id and secret to the connection.`,
      ),
    ),
  ]);
  if (found.clockSkewMs !== undefined) capabilities.push(clockReport(found.clockSkewMs));
  return {
    ok: capabilities.every(({ state }) => state === 'ok' || state === 'not-configured'),
    ...found,
    capabilities,
    tookMs: connection.now().getTime() - startedAt.getTime(),
  };
}

const noAccount = {
  state: 'not-configured',
  message: 'The connection has no user.',
  hint: 'Add a user to the connection to read and change issues.',
} as const;

const accountHints = {
  'api-token':
    "Check that the e-mail address is that of the token's owner; if the token was revoked or has expired, make a new one at id.atlassian.com, Security, API tokens.",
  'personal-access-token':
    'The token may be revoked or expired, or Jira older than 8.14: make a new one in the profile of the account, Personal access tokens.',
  password:
    'Check the user name and password by signing in with a browser; after several wrong tries Jira wants a CAPTCHA there first. Jira 11 refuses passwords: use a personal access token.',
} as const;

const productNames: Record<JiraIdentity['edition'], string> = {
  cloud: 'Jira Cloud',
  'data-center': 'Jira Data Center',
  server: 'Jira Server or Data Center',
};

async function checkSite(parts: JiraParts, found: Found): Promise<Finding> {
  const { identity, clockSkewMs, redirectedTo } = await parts.site();
  found.clockSkewMs = clockSkewMs;
  found.product = `${productNames[identity.edition]} ${identity.version}`;
  if (redirectedTo !== undefined) {
    return {
      state: 'failed',
      message: `${found.product} answers, but the base URL redirects to ${redirectedTo}; what is written to Jira is not redirected.`,
      hint: `Make ${redirectedTo} the base URL of the connection.`,
    };
  }
  return { state: 'ok', message: `${found.product}, which calls itself ${identity.baseUrl}.` };
}

function clockReport(skewMs: number): CapabilityReport {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= largestClockSkewMs) {
    return {
      capability: 'clock',
      state: 'ok',
      message: `The clocks of Jira and of this machine agree within ${seconds + 1} s.`,
    };
  }
  return {
    capability: 'clock',
    state: 'failed',
    message: `The clock of this machine is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} Jira's.`,
    hint: 'Set the clock of this machine by NTP; times in Jira and the order of updates depend on it.',
  };
}

async function checkAccount(parts: JiraParts, found: Found): Promise<Finding> {
  found.account = await readAccount(parts.getPlatform());
  return { state: 'ok', message: `Signed in as ${found.account.name}.` };
}

/** A wrong cloud id would send builds to another site, or nowhere: the gateway's "not found" does not say which. */
async function checkCloudId(parts: JiraParts, baseUrl: string, cloudId: string): Promise<Finding> {
  const own = await readCloudId(parts.anonymous, baseUrl).catch(asTielineError);
  // The id may have been given because the site does not tell it from here.
  if (own instanceof TielineError) {
    return { state: 'ok', message: `The cloud id ${cloudId} is taken as given. ${own.message}` };
  }
  if (own === cloudId) return { state: 'ok', message: `The cloud id ${cloudId} is that of ${baseUrl}.` };
  return {
    state: 'failed',
    message: `The cloud id of ${baseUrl} is ${own}, but the connection says ${cloudId}.`,
    hint: 'Correct the cloud id of the connection, or leave it empty to have it found.',
  };
}
