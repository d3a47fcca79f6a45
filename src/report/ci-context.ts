import { readFileSync } from 'node:fs';
import {
  type CiDefinition,
  type CiField,
  type Environment,
  type PullRequestApi,
  type Read,
  readSource,
} from './ci/definition.ts';
import { ciDefinitions } from './ci/index.ts';
import { findPullRequestApi } from './code-hosts.ts';
import { findCommitAddress, readerAddress, repositoryAddress } from './code-links.ts';

/** What a CI says of the run that it is in. Whatever it does not say is absent. */
export interface CiContext {
  /** The CI's name, e.g. `GitHub Actions`; `none` outside any. */
  ci: string;
  /** Tells pipelines of one Jira site apart; build numbers count within it. */
  pipelineId?: string;
  pipelineName?: string;
  buildNumber?: number;
  buildLink?: string;
  /** The CI's own word for the state. */
  status?: string;
  /** The branch of a push. */
  branch?: string;
  /** Of a pull request. */
  sourceBranch?: string;
  targetBranch?: string;
  tag?: string;
  commitSha?: string;
  commitMessage?: string;
  commitLink?: string;
  pullRequestNumber?: string;
  pullRequestTitle?: string;
  pullRequestLink?: string;
  /** Where the code host may be asked for the pull request, when the CI does not tell its title. */
  pullRequestApi?: PullRequestApi;
  /** The repository's address for a reader, without credentials. */
  repositoryUrl?: string;
  /** By the clock of the CI's server. */
  startedAt?: Date;
  finishedAt?: Date;
  triggeredBy?: string;
  /** What could not be read, for the user's eyes. */
  notices: string[];
}

/** The files of the machine that the run is on. */
export interface RunFiles {
  /** The folder that the sources are in. */
  cwd: string;
  /** A file's text; throws when it cannot be read. */
  readText(path: string): string;
}

/** The files below a folder of this machine. */
export function runFiles(cwd: string): RunFiles {
  return { cwd, readText: (path) => readFileSync(path, 'utf8') };
}

const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

/** Looks in the environment, then in the CI's file, which is opened when first asked. */
function makeRead(ci: CiDefinition, env: Environment, files: RunFiles, notices: string[]): Read {
  let inFile: Read | undefined;
  const open = (): Read => {
    try {
      return ci.openFile?.(env, (path) => files.readText(path)) ?? (() => undefined);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      notices.push(`What ${ci.name} says in a file could not be read: ${reason}`);
      return () => undefined;
    }
  };
  return (name) => {
    let value = env[name];
    if (value === undefined && name.includes(':')) {
      inFile ??= open();
      value = inFile(name);
    }
    // A file may hold what neither an environment nor PostgreSQL can.
    const clean = value?.replaceAll('\0', '').toWellFormed();
    return isSet(clean) && !ci.blanks?.includes(clean) ? clean : undefined;
  };
}

/** A branch by its name; tags and the trial merges of pull requests come in the same field of many CIs. */
export const branchName = (reference: string | undefined) =>
  reference === undefined || /^refs\/(?!heads\/)/.test(reference)
    ? undefined
    : reference.replace(/^refs\/heads\//, '');

const tagName = (reference: string | undefined) =>
  reference?.startsWith('refs/tags/') ? reference.slice('refs/tags/'.length) : undefined;

const address = (text: string | undefined) => (text === undefined ? undefined : readerAddress(text));

const wholeNumber = (text: string | undefined) => {
  const number = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
};

/** Seconds since 1970, or ISO 8601; 0 stands for "not yet". */
const moment = (text: string | undefined) => {
  if (text === undefined) return undefined;
  const seconds = wholeNumber(text);
  const time = seconds === undefined ? Date.parse(text) : seconds * 1000;
  return time > 0 && time <= 8.64e15 ? new Date(time) : undefined;
};

function toContext(ci: string, field: (name: CiField) => string | undefined, notices: string[]): CiContext {
  const repository = field('repositoryUrl');
  const repositoryUrl = repository === undefined ? undefined : repositoryAddress(repository);
  const commitSha = field('commitSha');
  const pushed = field('branch');
  return {
    ci,
    pipelineId: field('pipelineId'),
    pipelineName: field('pipelineName'),
    buildNumber: wholeNumber(field('buildNumber')),
    buildLink: address(field('buildLink')),
    status: field('status'),
    branch: branchName(pushed),
    sourceBranch: branchName(field('sourceBranch')),
    targetBranch: branchName(field('targetBranch')),
    tag: field('tag') ?? tagName(pushed),
    commitSha,
    commitMessage: field('commitMessage'),
    commitLink:
      address(field('commitLink')) ??
      (repositoryUrl && commitSha ? findCommitAddress(repositoryUrl, commitSha) : undefined),
    pullRequestNumber: field('pullRequestNumber'),
    pullRequestTitle: field('pullRequestTitle'),
    pullRequestLink: address(field('pullRequestLink')),
    repositoryUrl,
    startedAt: moment(field('startedAt')),
    finishedAt: moment(field('finishedAt')),
    triggeredBy: field('triggeredBy'),
    notices,
  };
}

/** Where to ask for the pull request, when its number is known and its title is not. */
function findApi(
  { pullRequestNumber: number, pullRequestTitle, repositoryUrl }: CiContext,
  findByCi?: (number: string) => PullRequestApi | undefined,
): PullRequestApi | undefined {
  if (number === undefined || !/^\d+$/.test(number) || pullRequestTitle !== undefined) return undefined;
  const found = findByCi ? findByCi(number) : findPullRequestApi(repositoryUrl, number);
  return found && URL.canParse(found.url) ? found : undefined;
}

/** What env-ci says: it knows twenty more CIs, and asks git outside of any. Loaded only then, as it takes its time. */
async function readOtherCi(env: Environment, files: RunFiles): Promise<CiContext> {
  const { default: envCi } = await import('env-ci');
  const found = envCi({ env: { ...env }, cwd: files.cwd });
  const said: Partial<Record<CiField, string | undefined>> = {
    pipelineId: found.slug,
    pipelineName: found.slug,
    buildNumber: found.build,
    buildLink: found.buildUrl ?? found.jobUrl,
    branch: found.isPr ? undefined : found.branch,
    sourceBranch: found.prBranch,
    targetBranch: found.isPr ? found.branch : undefined,
    tag: found.tag,
    commitSha: found.commit,
    pullRequestNumber: found.pr === undefined ? undefined : String(found.pr),
  };
  const context = toContext(found.name ?? 'none', (name) => (isSet(said[name]) ? said[name] : undefined), []);
  return { ...context, pullRequestApi: findApi(context) };
}

/**
 * What the CI exposes of the run that this process is in. Harness and Drone are looked for first, then the other CIs
 * that have a table in `ci/`, then those that env-ci knows. A file that cannot be read is a notice, not an error.
 */
export async function readCiContext(env: Environment, files: RunFiles): Promise<CiContext> {
  const ci = ciDefinitions.find((one) => one.detectedBy.some((name) => isSet(env[name])));
  if (ci === undefined) return readOtherCi(env, files);
  const notices: string[] = [];
  const read = makeRead(ci, env, files, notices);
  const context = toContext(ci.name, (name) => readSource(ci.fields[name], read), notices);
  const { findPullRequestApi: findByCi } = ci;
  return { ...context, pullRequestApi: findApi(context, findByCi && ((number) => findByCi(read, number))) };
}
