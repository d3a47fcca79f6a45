import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { AuthScheme, Http } from '../../kit/http.ts';
import type { JiraSettings } from './settings.ts';
import { readCloudId, readSite, type SiteAnswer } from './site.ts';

/** The ways into one Jira: its site as nobody, as the platform account, and Atlassian's gateway as an app. */
export interface JiraParts {
  anonymous: Http;
  /** Throws `jira-credential-absent` without a platform credential. */
  getPlatform(): Http;
  /** Throws `jira-credential-absent` without an OAuth credential. */
  getGateway(): Http;
  /** Asked once and kept; a failure is not kept. */
  site(): Promise<SiteAnswer>;
  /** The setting, else what the site says, asked once and kept; a failure is not kept. */
  cloudId(): Promise<string>;
}

type Platform = NonNullable<Connection<JiraSettings>['settings']['platform']>;

function platformAuth(platform: Platform): AuthScheme {
  switch (platform.type) {
    case 'api-token':
      return { type: 'basic', username: platform.email, password: platform.token };
    case 'personal-access-token':
      return { type: 'bearer', token: platform.token };
    case 'password':
      return { type: 'basic', username: platform.username, password: platform.password };
  }
}

/** Aims at every part of the Jira behind a connection; sends nothing yet. */
export function openParts(connection: Connection<JiraSettings>): JiraParts {
  const { baseUrl, gatewayUrl, platform, devops, cloudId } = connection.settings;
  const anonymous = connection.aim({ baseUrl, auth: { type: 'none' } });
  const asAccount = platform && connection.aim({ baseUrl, auth: platformAuth(platform) });
  const gateway =
    devops &&
    connection.aim({
      baseUrl: gatewayUrl,
      auth: {
        type: 'oauthClientCredentials',
        tokenUrl: `${gatewayUrl}/oauth/token`,
        clientId: devops.clientId,
        clientSecret: devops.clientSecret,
        audience: 'api.atlassian.com',
        encoding: 'json',
      },
    });

  return {
    anonymous,
    getPlatform: () => asAccount ?? absent(connection.name, 'user'),
    getGateway: () => gateway ?? absent(connection.name, 'OAuth credential (client id and secret)'),
    site: keptOnSuccess(() => readSiteAsAllowed(anonymous, asAccount, baseUrl, () => connection.now())),
    cloudId: keptOnSuccess(async () => cloudId ?? (await readCloudId(anonymous, baseUrl))),
  };
}

function absent(connection: string, credential: string): never {
  throw new TielineError('jira-credential-absent', `The Jira connection ${connection} has no ${credential}`, {
    hint: `Add the ${credential} to the connection.`,
  });
}

/** Jira tells anyone what it is, unless a gateway before it wants credentials; wrong ones would spoil the plain question. */
async function readSiteAsAllowed(
  anonymous: Http,
  asAccount: Http | undefined,
  baseUrl: string,
  now: () => Date,
): Promise<SiteAnswer> {
  try {
    return await readSite(anonymous, baseUrl, now);
  } catch (thrown) {
    const closed =
      thrown instanceof TielineError &&
      (thrown.code === 'remote-unauthorized' || thrown.code === 'remote-forbidden');
    if (!closed || asAccount === undefined) throw thrown;
    return readSite(asAccount, baseUrl, now);
  }
}

function keptOnSuccess<T>(ask: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    kept ??= ask().catch((thrown: unknown) => {
      kept = undefined;
      throw thrown;
    });
    return kept;
  };
}
