import { TielineError } from '../kit/errors.ts';
import type { IssueKeyRules } from '../kit/issue-keys.ts';
import type { Build, BuildReference, Deployment, DeploymentState, TestCounts } from '../kit/jira.ts';
import type { CiContext } from './ci-context.ts';
import { branchAddress } from './code-links.ts';
import { describeEnvironment, type EnvironmentRules, environmentTypeOf } from './environment.ts';
import { eventTime } from './event-time.ts';
import { type FoundKey, findKeys } from './found-keys.ts';
import { boundedId, cleanText, nameOfPipeline, numberOfRun, type Run } from './run-names.ts';
import { chooseState, isFinal, toBuildState } from './state.ts';
import { reportLimits } from './wire.ts';

/** All that a report is made of. */
export interface ReportInput extends Run {
  /** Further rules for keys; `projects` comes from the settings. */
  keyRules?: Omit<IssueKeyRules, 'projects'>;
  environmentRules?: EnvironmentRules;
  /** Messages of earlier commits that this report speaks for too. */
  history?: readonly string[];
  tests?: TestCounts;
}

/** A report ready to be sent, or the reason why there is none; with what the user should know. */
export type PreparedReport = { issueKeys: string[]; found: FoundKey[]; notices: string[] } & (
  | { kind: 'build'; build: Build }
  /** Whether the environment's type was given; a hub may know better than the words of its name. */
  | { kind: 'deployment'; deployment: Deployment; isTypeGiven: boolean }
  | { kind: 'none'; reason: 'no-issue-keys' | 'state-not-wanted' }
);

/** Longer than pipelines run: a start before that is a left-over and says nothing of the duration. */
const longestRunMs = 30 * 24 * 3600_000;

/** Where the reader is led: the first address that is there and not too long. */
function linkOfRun({ settings, context }: ReportInput): string {
  const links = [
    settings.link,
    context.buildLink,
    context.commitLink,
    context.pullRequestLink,
    context.repositoryUrl,
    settings.siteUrl,
    settings.hubUrl,
  ];
  const link = links.find((one) => one !== undefined && one.length <= reportLimits.url);
  if (link !== undefined) return link;
  throw new TielineError('report-incomplete', 'There is no address to lead the reader to', {
    hint: 'Set LINK to the page of this run.',
  });
}

function referencesOf(context: CiContext): BuildReference[] {
  const { repositoryUrl, commitSha, pullRequestLink, pullRequestNumber } = context;
  const branch = context.sourceBranch ?? context.branch;
  const codeReference: BuildReference = {
    ...(commitSha && repositoryUrl && { commit: { id: boundedId(commitSha), repositoryUrl } }),
    ...(branch &&
      repositoryUrl && { ref: { name: cleanText(branch), url: branchAddress(repositoryUrl, branch) } }),
  };
  const references: BuildReference[] = [];
  if (codeReference.commit || codeReference.ref) references.push(codeReference);
  if (pullRequestLink) {
    const name = cleanText(`pull request ${pullRequestNumber ?? ''}`.trim());
    references.push({ ref: { name, url: pullRequestLink } });
  }
  return references.filter((one) =>
    [one.commit?.repositoryUrl, one.ref?.url].every((url) => (url?.length ?? 0) <= reportLimits.url),
  );
}

/** As many as the hub takes, with a notice when there are more. */
function firstOf(name: 'issueKeys' | 'services', values: string[], notices: string[]): string[] {
  const limit = reportLimits[name];
  if (values.length > limit) notices.push(`Only the first ${limit} of ${values.length} ${name} are sent`);
  return values.slice(0, limit);
}

/** What a build and a deployment have in common. */
function commonParts(input: ReportInput, issueKeys: string[], notices: string[]) {
  const { context, settings } = input;
  const description = context.commitMessage ?? context.pullRequestTitle;
  const label = settings.label ?? context.tag;
  return {
    ...(description && { description: cleanText(description) }),
    ...(label && { label: cleanText(label) }),
    url: linkOfRun(input),
    issueKeys: firstOf('issueKeys', issueKeys, notices),
    ...(context.triggeredBy && { triggeredBy: cleanText(context.triggeredBy) }),
  };
}

function makeBuild(
  input: ReportInput,
  state: DeploymentState,
  issueKeys: string[],
  notices: string[],
): Build {
  const buildState = toBuildState(state);
  if (buildState !== state) notices.push(`A build cannot be ${state} in Jira; sent as ${buildState}`);
  const pipeline = nameOfPipeline(input, notices);
  const references = referencesOf(input.context);
  return {
    pipelineId: pipeline.id,
    buildNumber: numberOfRun(input, notices),
    displayName: pipeline.displayName,
    ...commonParts(input, issueKeys, notices),
    state: buildState,
    lastUpdated: eventTime('build', buildState, input.context, input.now),
    ...(references.length > 0 && { references }),
    ...(input.tests && { testInfo: input.tests }),
  };
}

const isKnownType = (type: string): boolean =>
  type.toLowerCase() === 'unmapped' || environmentTypeOf('', { type }) !== 'unmapped';

/** Seconds from the start of the pipeline, the only start that CIs tell, to the end of the deployment. */
function durationOf(state: DeploymentState, { startedAt }: CiContext, endedAt: Date): number | undefined {
  if (!isFinal(state) || startedAt === undefined) return undefined;
  const tookMs = endedAt.getTime() - startedAt.getTime();
  return tookMs >= 0 && tookMs <= longestRunMs ? Math.round(tookMs / 1000) : undefined;
}

function commitOf(sha: string, repositoryUrl: string | undefined): Deployment['commit'] {
  const isShown = repositoryUrl !== undefined && repositoryUrl.length <= reportLimits.url;
  return { id: boundedId(sha), ...(isShown && { repositoryUrl }) };
}

function makeDeployment(
  input: ReportInput,
  name: string,
  state: DeploymentState,
  issueKeys: string[],
  notices: string[],
): Deployment {
  const { settings, context } = input;
  const type = settings.environmentType;
  if (type !== undefined && !isKnownType(type)) {
    notices.push(`ENVIRONMENT_TYPE "${type}" is no type that Jira knows; taken from the name instead`);
  }
  const environment = describeEnvironment(cleanText(name), {
    id: settings.environmentId,
    type,
    rules: input.environmentRules,
  });
  const pipeline = nameOfPipeline(input, notices);
  const deploymentNumber = numberOfRun(input, notices);
  const common = commonParts(input, issueKeys, notices);
  const lastUpdated = eventTime('deployment', state, context, input.now);
  const duration = durationOf(state, context, lastUpdated);
  const { commitSha, repositoryUrl } = context;
  const services = firstOf('services', [...new Set(settings.services.map(boundedId))], notices);
  return {
    pipeline: { ...pipeline, url: common.url },
    deploymentNumber,
    displayName: cleanText(`${pipeline.displayName} #${deploymentNumber}`),
    ...common,
    state,
    lastUpdated,
    ...(services.length > 0 && { services }),
    environment: { ...environment, id: boundedId(environment.id) },
    ...(commitSha && { commit: commitOf(commitSha, repositoryUrl) }),
    ...(duration !== undefined && { duration }),
  };
}

function noKeyNotice({ settings, context }: ReportInput): string {
  if (settings.issueKeys !== undefined) return 'No issue key: ISSUEKEYS holds none';
  const of = settings.projects === undefined ? '' : ` of ${settings.projects.join(', ')}`;
  const title = context.pullRequestTitle === undefined ? '' : 'pull request title, ';
  const others = [...new Set(findKeys(context, {}, []).map(({ key }) => key))].slice(0, 5);
  const instead = of === '' || others.length === 0 ? '' : `; of other projects there is ${others.join(', ')}`;
  return `No issue key${of} in ${title}commit message, branch or tag${instead}`;
}

/**
 * Makes the report of this run: a deployment when an environment is named, else a build; nothing when no issue is
 * named or the state is not wanted. The keys are those of ISSUEKEYS, else those found in the pull request's title, the
 * commit message, the branches, the tag and the history, of the projects given. Whatever else Jira requires has a
 * default. Pure: the same input makes the same report.
 * @throws TielineError `report-incomplete` when there is no address to link
 */
export function makeReport(input: ReportInput): PreparedReport {
  const { settings, context } = input;
  const found =
    settings.issueKeys?.map((key): FoundKey => ({ key, in: 'setting' })) ??
    findKeys(context, { ...input.keyRules, projects: settings.projects }, input.history ?? []);
  const issueKeys = [...new Set(found.map((one) => one.key))];
  const choice = chooseState(settings.state, context.status);
  const notices = [...settings.notices, ...context.notices, ...choice.notices];
  if (choice.state === undefined)
    return { kind: 'none', reason: 'state-not-wanted', issueKeys, found, notices };

  const servicesSuffice = settings.environmentName !== undefined && settings.services.length > 0;
  if (issueKeys.length === 0 && !servicesSuffice) {
    return {
      kind: 'none',
      reason: 'no-issue-keys',
      issueKeys,
      found,
      notices: [...notices, noKeyNotice(input)],
    };
  }
  if (settings.environmentName === undefined) {
    const build = makeBuild(input, choice.state, issueKeys, notices);
    return { kind: 'build', build, issueKeys, found, notices };
  }
  const deployment = makeDeployment(input, settings.environmentName, choice.state, issueKeys, notices);
  const isTypeGiven = settings.environmentType !== undefined && isKnownType(settings.environmentType);
  return { kind: 'deployment', deployment, isTypeGiven, issueKeys, found, notices };
}
