import type { JiraCapabilities, JiraIdentity } from '../../kit/jira.ts';
import type { Platform } from './platform-settings.ts';

type Edition = JiraIdentity['edition'];

/** `[8, 14]` is 8.14. */
type Version = readonly [major: number, minor: number];

const cloud: JiraCapabilities = {
  api: '3',
  userId: 'accountId',
  search: 'token',
  createMeta: 'by-project',
  webhookPath: '/rest/webhooks/1.0/webhook',
  personalAccessTokens: false,
  passwords: false,
  panels: true,
};

const oldest: JiraCapabilities = {
  api: '2',
  userId: 'name',
  search: 'offset',
  createMeta: 'whole',
  webhookPath: '/rest/webhooks/1.0/webhook',
  personalAccessTokens: false,
  passwords: true,
  panels: false,
};

/** What changed in self-hosted Jira, and since when. */
const changes: { since: Version; to: Partial<JiraCapabilities> }[] = [
  // The whole one is gone in 9.
  { since: [8, 4], to: { createMeta: 'by-project' } },
  { since: [8, 14], to: { personalAccessTokens: true } },
  { since: [10, 0], to: { webhookPath: '/rest/jira-webhook/1.0/webhooks' } },
  { since: [11, 0], to: { passwords: false } },
];

const reaches = ([major, minor]: Version, [wantedMajor, wantedMinor]: Version) =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

/** What a Jira can do. Any number of a version that is unknown counts as nought. */
export function capabilitiesOf(edition: Edition, versionNumbers: number[]): JiraCapabilities {
  if (edition === 'cloud') return cloud;
  const [major = 0, minor = 0] = versionNumbers;
  const reached = changes.filter(({ since }) => reaches([major, minor], since));
  return Object.assign({}, oldest, ...reached.map(({ to }) => to));
}

/** A credential that a Jira cannot take, and what to use there. */
export interface Unsuited {
  code: 'jira-password-refused' | 'jira-token-unsupported';
  message: string;
  hint: string;
}

const onCloud = 'use the e-mail address of the account and an API token';

/** `8.13` of `8.13.2`: what people call a version. */
const shortVersion = (version: string) => version.split('.').slice(0, 2).join('.');

/** Why a kind of credential is none for a Jira, by name; undefined when it suits. */
export function findUnsuited(
  type: Platform['type'],
  { edition, version, capabilities }: JiraIdentity,
): Unsuited | undefined {
  const jira = edition === 'cloud' ? 'Jira Cloud' : `Jira ${shortVersion(version)}`;
  const unsuited = (code: Unsuited['code'], lacks: string, instead: string): Unsuited => ({
    code,
    message: `${jira} ${lacks}; ${instead}`,
    hint: `Change the user of the connection: ${instead}.`,
  });
  const { personalAccessTokens, passwords } = capabilities;
  const selfHosted = personalAccessTokens ? 'use a personal access token' : 'use user name and password';
  const instead = edition === 'cloud' ? onCloud : selfHosted;
  if (type === 'personal-access-token') {
    return personalAccessTokens
      ? undefined
      : unsuited('jira-token-unsupported', 'has no personal access tokens', instead);
  }
  if (type === 'password') {
    return passwords ? undefined : unsuited('jira-password-refused', 'takes no passwords', instead);
  }
  return edition === 'cloud'
    ? undefined
    : unsuited('jira-token-unsupported', `knows no ${atlassianOnly[type]}`, instead);
}

/** What only Atlassian's cloud has. */
const atlassianOnly = {
  'api-token': 'API tokens',
  'service-account': 'service accounts of Atlassian',
  oauth: 'apps of Atlassian’s developer console',
} as const;
