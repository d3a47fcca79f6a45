import { createHash } from 'node:crypto';
import type { CiContext } from './ci-context.ts';
import { describeEnvironment } from './environment.ts';
import type { ReportSettings } from './settings.ts';
import { reportLimits } from './wire.ts';

/** A run of a pipeline, at this moment. */
export interface Run {
  settings: ReportSettings;
  context: CiContext;
  now: Date;
}

/** Text that JSON and PostgreSQL can hold, cut where no character is split. */
export function cleanText(text: string): string {
  return text
    .replaceAll('\0', '')
    .toWellFormed()
    .slice(0, reportLimits.text)
    .replace(/[\uD800-\uDBFF]$/, '');
}

/** An id within Jira's length; a longer one keeps its beginning and is told apart by its hash. */
export function boundedId(id: string): string {
  const clean = cleanText(id);
  if (clean.length <= reportLimits.id) return clean;
  const hash = createHash('sha256').update(clean).digest('hex').slice(0, 32);
  return `${clean.slice(0, reportLimits.id - 33).toWellFormed()}~${hash}`;
}

/** A slash in an id breaks the addresses under which Jira shows it; the tilde stands in no repository's name. */
const idWithoutSlash = (id: string) => id.replaceAll('/', '~');

/** The pipeline's id and name; a notice is added when it has none. */
export function nameOfPipeline(
  { settings, context }: Run,
  notices: string[],
): { id: string; displayName: string } {
  const { pipeline } = settings;
  if (pipeline !== undefined) return { id: boundedId(pipeline), displayName: cleanText(pipeline) };
  const { pipelineId, pipelineName, repositoryUrl } = context;
  const id = pipelineId ?? pipelineName ?? (repositoryUrl && URL.parse(repositoryUrl)?.pathname.slice(1));
  if (!id) notices.push('The pipeline has no name here, so it is called "pipeline"; set PIPELINE');
  return {
    id: boundedId(idWithoutSlash(id || 'pipeline')),
    displayName: cleanText(pipelineName ?? (id || 'pipeline')),
  };
}

/** The number of the run; the time, with a notice, when it has none. */
export function numberOfRun({ settings, context, now }: Run, notices: string[]): number {
  const number = settings.buildNumber ?? context.buildNumber;
  if (number !== undefined) return number;
  notices.push('The run has no number here, so the time is its number; set PLUGIN_BUILD_NUMBER');
  return Math.floor(now.getTime() / 1000);
}

/** By what the deployment of a run is known, whether there is anything to report of it or not; undefined for a build. */
export function findDeploymentNames(
  run: Run,
): { pipeline: string; environment: string; deploymentNumber: number } | undefined {
  const { environmentName, environmentId } = run.settings;
  if (environmentName === undefined) return undefined;
  const environment = describeEnvironment(cleanText(environmentName), { id: environmentId });
  return {
    pipeline: nameOfPipeline(run, []).id,
    environment: boundedId(environment.id),
    deploymentNumber: numberOfRun(run, []),
  };
}
