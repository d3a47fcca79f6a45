import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import { isAtGateway, openAccount } from './account-access.ts';
import { gatewayAuth } from './cloud-bulk.ts';
import { readCloudId } from './cloud-id.ts';
import { explainRefusals } from './refusals.ts';
import type { JiraSettings } from './settings.ts';
import { readSite, type SiteAnswer } from './site.ts';

/** The ways into one Jira: its site as nobody, Jira as the platform account, and Atlassian's gateway as an app. */
export interface JiraParts {
  anonymous: Http;
  /** Whose paths begin with `/rest`, wherever the account is taken. Throws `jira-credential-absent` without one. */
  getPlatform(): Http;
  /** Throws `jira-credential-absent` without an OAuth credential. */
  getGateway(): Http;
  /** Asked once and kept; a failure is not kept. */
  site(): Promise<SiteAnswer>;
  /** The setting, else what the site says, asked once and kept; a failure is not kept. */
  cloudId(): Promise<string>;
}

const kept = new WeakMap<Connection<JiraSettings>, JiraParts>();

/** The parts of an open connection, with what was learnt of its site while it is open. */
export function keptParts(connection: Connection<JiraSettings>): JiraParts {
  const parts = kept.get(connection) ?? openParts(connection);
  kept.set(connection, parts);
  return parts;
}

/** Aims at every part of the Jira behind a connection; sends nothing yet. */
export function openParts(connection: Connection<JiraSettings>): JiraParts {
  const { baseUrl, gatewayUrl, platform, devops } = connection.settings;
  const anonymous = connection.aim({ baseUrl, auth: { type: 'none' } });
  const cloudId = keptOnSuccess(
    async () => connection.settings.cloudId ?? (await readCloudId(anonymous, baseUrl)),
  );
  const account = platform && openAccount(connection, platform, cloudId);
  const asAccountOnSite = platform && isAtGateway(platform) ? undefined : account;
  const site = keptOnSuccess(() =>
    readSiteAsAllowed(anonymous, asAccountOnSite, baseUrl, () => connection.now()),
  );
  const asAccount = account && explainRefusals(account, platform, async () => (await site()).identity);
  const gateway = devops && connection.aim({ baseUrl: gatewayUrl, auth: gatewayAuth(gatewayUrl, devops) });

  return {
    anonymous,
    getPlatform: () => asAccount ?? absent(connection.name, 'user'),
    getGateway: () => gateway ?? absent(connection.name, 'OAuth credential (client id and secret)'),
    site,
    cloudId,
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
