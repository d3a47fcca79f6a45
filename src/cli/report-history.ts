import { TielineError } from '../kit/errors.ts';
import {
  type CiContext,
  findDeploymentNames,
  hasGitHistory,
  listCommitMessages,
  type ReportSettings,
} from '../report/index.ts';
import type { Cli } from './cli.ts';
import { withHub } from './hub-client.ts';
import { limitsWithin, type Patience, retrying } from './report-retry.ts';
import { chooseRoute, type HubRoute } from './report-route.ts';

/** A run whose history may be looked for. */
export interface HistoryQuestion {
  settings: ReportSettings;
  context: CiContext;
  now: Date;
  cwd: string;
  waitMs: number;
  patience: Patience;
}

/** Commit messages that a deployment speaks for too, and what the user should know of them. */
export interface History {
  messages: string[];
  notices: string[];
}

const none: History = { messages: [], notices: [] };

/**
 * The messages of all commits since the last successful deployment to the environment of this run: the hub remembers
 * which one that was, the workspace's git knows the commits. Empty where there is no hub, no git or nothing to look
 * for, and when nothing is remembered; what goes wrong is a notice.
 */
export async function findHistory(
  cli: Pick<Cli, 'env' | 'config' | 'http'>,
  question: HistoryQuestion,
): Promise<History> {
  const { settings, context, cwd } = question;
  const names = findDeploymentNames(question);
  const byHub = settings.connectKey !== undefined && settings.clientId === undefined;
  if (names === undefined || settings.issueKeys !== undefined || !byHub || !hasGitHistory({ cwd }))
    return none;
  const route = chooseRoute(settings);
  if (route.type !== 'hub') return none;
  const { pipeline, environment, deploymentNumber } = names;
  const query = new URLSearchParams({ pipeline, environment, except: String(deploymentNumber) });
  const last = await askHub(cli, route, query, question);
  if (typeof last === 'string') return { messages: [], notices: [last] };
  if (last?.commit == null || last.commit === context.commitSha) return none;
  return listCommitMessages({ cwd, env: cli.env }, { since: last.commit, until: context.commitSha });
}

/** What the hub remembers; null is nothing, a text is why it cannot be known. */
async function askHub(
  cli: Pick<Cli, 'config' | 'http'>,
  { hubUrl, connectKey }: HubRoute,
  query: URLSearchParams,
  { waitMs, patience }: HistoryQuestion,
): Promise<{ commit: string | null } | null | string> {
  try {
    const { deployment } = await withHub(
      cli,
      (hub) =>
        retrying(patience, () =>
          hub.call<{ deployment: { commit: string | null } | null }>(
            'GET',
            `/api/v1/deployments/last-successful?${query}`,
            undefined,
            limitsWithin(waitMs),
          ),
        ),
      { url: hubUrl, auth: { type: 'bearer', token: connectKey } },
    );
    return deployment;
  } catch (error) {
    if (!(error instanceof TielineError)) throw error;
    return `The commits since the last deployment are not known: ${error.message}`;
  }
}
