import { writeFile } from 'node:fs/promises';
import type { CiContext, ReportSettings } from '../report/index.ts';
import { writeNamedFile, writeVariables } from './output-files.ts';
import type { ReportResult, Sendable } from './report-result.ts';

/** What a report leaves for the CI: which variables name the files, and what they are to hold. */
export interface OutputSources {
  env: Readonly<Record<string, string | undefined>>;
  settings: Pick<ReportSettings, 'siteUrl' | 'projects'>;
  context: Pick<CiContext, 'tag' | 'commitSha'>;
  prepared: Sendable;
  result: ReportResult;
  /** Writes a line to a stream. */
  write(stream: 'stdout' | 'stderr', line: string): void;
}

/** Not of these issues is there anything to see in Jira. */
const notShown = new Set<ReportResult['issues'][number]['outcome']>([
  'unknown',
  'rejected',
  'not-allowed',
  'not-sent',
  'left-out',
]);

const shownKeys = ({ issues }: ReportResult) =>
  issues.filter(({ outcome }) => !notShown.has(outcome)).map(({ key }) => key);

const linksOf = (keys: string[], siteUrl: string | undefined) =>
  siteUrl === undefined ? [] : keys.map((key) => `${siteUrl}/browse/${encodeURIComponent(key)}`);

const stateOf = (prepared: Sendable) =>
  prepared.kind === 'build' ? prepared.build.state : prepared.deployment.state;

const pipelineOf = (prepared: Sendable) =>
  prepared.kind === 'build' ? prepared.build.displayName : prepared.deployment.pipeline.displayName;

/**
 * Drone's card, by the template of the image plugins/jira. The template makes one button of `url`; `urls` has them all.
 * @see https://docs.drone.io/plugins/tutorials/ and the template itself, which Drone fetches
 */
function cardOf({ prepared, settings, context, result }: OutputSources): string {
  const keys = shownKeys(result);
  const urls = linksOf(keys, settings.siteUrl);
  return JSON.stringify({
    schema: 'https://drone.github.io/drone-jira/card.json',
    data: {
      pipeline: pipelineOf(prepared),
      instance: settings.siteUrl ?? '',
      project: settings.projects?.join(', ') ?? '',
      state: stateOf(prepared),
      version: context.tag ?? context.commitSha ?? '',
      environment: prepared.kind === 'deployment' ? prepared.deployment.environment.displayName : '',
      url: urls[0] ?? settings.siteUrl ?? '',
      urls,
    },
  });
}

/** The variables for later steps: names in upper case, values of one line. */
function variablesOf({ prepared, settings, result }: OutputSources): Record<string, string> {
  const keys = shownKeys(result);
  return {
    JIRA_ISSUE_KEYS: keys.join(','),
    JIRA_ISSUE_LINKS: linksOf(keys, settings.siteUrl).join(','),
    JIRA_REPORT_KIND: prepared.kind,
    JIRA_REPORT_STATE: stateOf(prepared),
    JIRA_REPORT_RESULT: result.state,
    JIRA_REPORT_DELIVERY: result.delivery ?? '',
    ...(result.gate && { JIRA_REPORT_GATE: result.gate.status }),
  };
}

/** Drone reads a card from a stream between these marks, in base64. */
const inStream = (card: string) => `\u001B]1338;${Buffer.from(card).toString('base64')}\u001B]0m`;

const streams: Record<string, 'stdout' | 'stderr'> = { '/dev/stdout': 'stdout', '/dev/stderr': 'stderr' };

async function writeCard(path: string, sources: OutputSources): Promise<void> {
  const stream = streams[path];
  if (stream === undefined) await writeFile(path, cardOf(sources));
  else sources.write(stream, inStream(cardOf(sources)));
}

/** Writes the card and the output variables where the CI wants them; gives a notice for each that cannot be written. */
export async function writeOutputs(sources: OutputSources): Promise<string[]> {
  return [
    ...(await writeNamedFile(sources.env, 'DRONE_CARD_PATH', (path) => writeCard(path, sources))),
    ...(await writeVariables(sources.env, variablesOf(sources))),
  ];
}
