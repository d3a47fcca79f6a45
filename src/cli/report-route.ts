import { TielineError } from '../kit/errors.ts';
import type { Secret } from '../kit/secret.ts';
import type { ReportSettings } from '../report/index.ts';
import type { JiraTarget } from './direct-jira.ts';

/** By a hub, with a connect key. `assumed`: its address is not given, but the one at which a hub listens by default. */
export interface HubRoute {
  type: 'hub';
  description: string;
  hubUrl: string;
  connectKey: Secret;
  assumed: boolean;
}

/** Straight to Jira Cloud, with an OAuth credential. */
export interface JiraRoute {
  type: 'jira';
  description: string;
  target: JiraTarget;
}

/** Where a report goes. */
export type Route = HubRoute | JiraRoute;

/** Where `tieline serve` listens on this machine unless told otherwise. */
const defaultHubUrl = 'http://127.0.0.1:7400';

const lacking = (message: string, hint: string) => new TielineError('report-incomplete', message, { hint });

/**
 * The route that the settings choose: an OAuth credential goes before a connect key, as it does in the image
 * plugins/jira.
 * @throws report-incomplete naming the setting that lacks
 */
export function chooseRoute(settings: ReportSettings): Route {
  const { connectKey, hubUrl, clientId, clientSecret } = settings;
  if (clientId !== undefined && clientSecret !== undefined) {
    return routeToJira(settings, { clientId, clientSecret });
  }
  if (connectKey !== undefined) {
    const url = hubUrl ?? defaultHubUrl;
    return { type: 'hub', description: url, hubUrl: url, connectKey, assumed: hubUrl === undefined };
  }
  if (clientId !== undefined) {
    throw lacking('CLIENT_ID is given without CLIENT_SECRET', 'Give both, as secrets of the CI.');
  }
  if (clientSecret !== undefined) {
    throw lacking('CLIENT_SECRET is given without CLIENT_ID', 'Give both, as secrets of the CI.');
  }
  throw lacking(
    'There is neither a connect key nor an OAuth credential',
    'Give CONNECT_KEY for a hub (an administrator makes it with: tieline connect-key create), or CLIENT_ID and CLIENT_SECRET for Jira itself; each as a secret of the CI.',
  );
}

function routeToJira(
  settings: ReportSettings,
  credential: Pick<JiraTarget, 'clientId' | 'clientSecret'>,
): JiraRoute {
  const { siteUrl, cloudId, gatewayUrl } = settings;
  if (siteUrl === undefined && cloudId === undefined) {
    throw lacking(
      'The Jira site is not given',
      'Give INSTANCE, such as myorg for https://myorg.atlassian.net, or CLOUD_ID.',
    );
  }
  return {
    type: 'jira',
    description: siteUrl ?? `the Jira site ${cloudId}`,
    target: { ...credential, siteUrl, cloudId, gatewayUrl },
  };
}
