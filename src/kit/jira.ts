import type { DevSubmission, SequencedDevEntity } from './dev-info.ts';
import type { TielineError } from './errors.ts';
import type { JiraIssues } from './jira-issues.ts';
import type { JiraMetadata } from './jira-metadata.ts';
import type { JiraWebhooks } from './jira-webhooks.ts';

/** States a build may have on an issue. Jira's own words; see the Builds API, version 0.1. */
export const buildStates = [
  'pending',
  'in_progress',
  'successful',
  'failed',
  'cancelled',
  'unknown',
] as const;
export type BuildState = (typeof buildStates)[number];

/** States a deployment may have on an issue. Jira's own words; see the Deployments API, version 0.1. */
export const deploymentStates = [...buildStates, 'rolled_back'] as const;
export type DeploymentState = (typeof deploymentStates)[number];

/** Kinds of environment that Jira knows. */
export const environmentTypes = ['unmapped', 'development', 'testing', 'staging', 'production'] as const;
export type EnvironmentType = (typeof environmentTypes)[number];

/** What a build was made from. */
export interface BuildReference {
  commit?: { id: string; repositoryUrl: string };
  ref?: { name: string; url: string };
}

/** Counts of a build's tests. */
export interface TestCounts {
  total: number;
  passed: number;
  failed: number;
  skipped: number;
}

/** One state of one build, as a pipeline reports it. Texts of any length: the connector cuts. */
export interface Build {
  pipelineId: string;
  /** The run's own number; never used as a sequence. */
  buildNumber: number;
  displayName: string;
  description?: string;
  label?: string;
  url: string;
  state: BuildState;
  /** When the state came to be, by the clock of the CI. */
  lastUpdated: Date;
  issueKeys: string[];
  /** Who or what started the run. The hub keeps and shows it; Jira has no field for it. */
  triggeredBy?: string;
  references?: BuildReference[];
  testInfo?: TestCounts;
}

/** One state of one deployment. */
export interface Deployment {
  pipeline: { id: string; displayName: string; url: string };
  /** The number of the deployment within the pipeline and environment. */
  deploymentNumber: number;
  displayName: string;
  description?: string;
  label?: string;
  url: string;
  state: DeploymentState;
  lastUpdated: Date;
  issueKeys: string[];
  /** Who or what started the run. The hub keeps and shows it; Jira has no field for it. */
  triggeredBy?: string;
  /** Jira Service Management services that were deployed. */
  services?: string[];
  environment: { id: string; displayName: string; type: EnvironmentType };
  /** The commit that was deployed: what the next deployment to the environment counts its commits from. */
  commit?: { id: string; repositoryUrl?: string };
  /** Seconds. */
  duration?: number;
}

/** An entity with the sequence number that orders its states at Jira's side. */
export type Sequenced<E> = E & { sequence: number };

/** What an entity named and Jira did not tie it to. */
export interface Untied {
  unknownIssueKeys: string[];
  /**
   * Known, but Jira refuses to tie them, or to take off the entity that names them no longer; with its reasons. Jira Cloud
   * refuses an entity whole or not at all.
   */
  refusedIssueKeys: { key: string; reason: string }[];
  /** Beyond Jira's limits, and so not sent. */
  leftOutIssueKeys: string[];
  /** Services that Jira does not know, or that are beyond its limits. */
  unknownServices: string[];
}

/**
 * What Jira said of one submitted entity.
 * - accepted: stored, or dropped as stale, for what is in none of the lists of {@link Untied}
 * - rejected: Jira's own reasons
 * - failed: no answer that speaks of it; `error.retry` is the verdict
 */
export type SubmitOutcome =
  | ({ state: 'accepted' } & Untied)
  | ({ state: 'rejected'; errors: string[] } & Untied)
  | { state: 'failed'; error: TielineError };

/** The outcomes in the order of the entities given, and Jira's answers whole, one for each request made. */
export interface SubmitAnswer {
  outcomes: SubmitOutcome[];
  requests: { url: string; status: number; entities: number; answer: unknown }[];
}

/** Properties by which what was sent can be found and deleted again. At most 5; see Jira's limits. */
export type SubmitProperties = Record<string, string>;

/** By what a build is known: as it was submitted. */
export interface BuildKey {
  pipelineId: string;
  buildNumber: number;
}

/** By what a deployment is known: as it was submitted. */
export interface DeploymentKey {
  pipelineId: string;
  environmentId: string;
  deploymentNumber: number;
}

/** What Jira itself holds of a build or deployment. `state` is Jira's word, also one that is not known here. */
export interface HeldState {
  state: string;
  /** The sequence number of the state, by whomever it was sent. */
  sequence: number;
  lastUpdated: Date;
}

/** Reads back entities of one kind. Jira Cloud alone has it: self-hosted Jira holds links, which tell no sequence. */
export interface Reader<K> {
  /**
   * What Jira holds at this moment of what was sent with the same credential; undefined when it holds nothing. What it
   * took a moment ago it may not have stored yet. Throws `jira-edition-unsuited` for a self-hosted Jira.
   */
  find(key: K): Promise<HeldState | undefined>;
}

/** Sends entities of one kind. Splits by Jira's limits, halves on 413 and 400, never throws for a refusal. */
export interface Submitter<E> {
  submit(entities: Sequenced<E>[], options?: { properties?: SubmitProperties }): Promise<SubmitAnswer>;
}

/** Sends development information, and takes it back. */
export interface DevInfoSubmitter {
  /** As {@link Submitter.submit}; what is gone is deleted. */
  submit(entities: SequencedDevEntity[], submission: DevSubmission): Promise<SubmitAnswer>;
  /**
   * Deletes whatever was submitted with these properties. Jira Cloud alone can: throws `jira-edition-unsuited` for a
   * self-hosted Jira, where each link is taken back by itself.
   */
  removeByProperties(properties: Record<string, string>): Promise<void>;
  /** Whether anything is left of what was submitted with these properties. @throws as removeByProperties */
  existsByProperties(properties: Record<string, string>): Promise<boolean>;
}

/** What a gate says. `expired` is no word of Jira's contract, but of Atlassian's own plugin for Jenkins. */
export const gatingStates = ['awaiting', 'allowed', 'prevented', 'expired', 'invalid'] as const;
export type GatingState = (typeof gatingStates)[number];

/** Where the decision on a gated deployment stands. */
export interface GatingStatus {
  /** `invalid`: Jira has no gate for it, e.g. because no change management is set up for its services. */
  status: GatingState;
  updatedAt: Date;
  /** The requests in which people decide. */
  details: { issueKey: string; issueUrl: string }[];
}

/** Asks people in Jira Service Management whether deployments may go ahead. Jira Cloud alone has it. */
export interface Gatekeeper {
  /**
   * Submits deployments, as pending whatever their state, and asks for a decision on each. One without services is
   * rejected, for services are what changes are managed for. Otherwise as {@link Submitter.submit}.
   */
  gate(
    deployments: Sequenced<Deployment>[],
    options?: { properties?: SubmitProperties },
  ): Promise<SubmitAnswer>;
  /**
   * Throws `status-unexpected` with the verdict "soon" while Jira does not show the deployment, which it takes before
   * it stores it; `jira-edition-unsuited` where there is no such thing.
   */
  gatingStatus(deployment: DeploymentKey): Promise<GatingStatus>;
}

/** What one Jira can do and how it wants it, decided once from its edition and version. */
export interface JiraCapabilities {
  /** The newest version of the platform API. With 3 texts are documents (ADF), with 2 wiki text. */
  api: '2' | '3';
  /** By what users are known. */
  userId: 'accountId' | 'name';
  /** How a search is paged. */
  search: 'token' | 'offset';
  /** `by-project`: `createmeta/{project}/issuetypes`; `whole`: one answer for everything asked. */
  createMeta: 'by-project' | 'whole';
  /** Where administrators register webhooks. */
  webhookPath: string;
  personalAccessTokens: boolean;
  passwords: boolean;
  /** Whether builds, deployments and development information have APIs of their own. */
  panels: boolean;
}

/** Which Jira stands at an address. */
export interface JiraIdentity {
  edition: 'cloud' | 'data-center' | 'server';
  version: string;
  /** The base URL by the site's own word. */
  baseUrl: string;
  capabilities: JiraCapabilities;
}

/** Jira, whatever its edition. Grows with the features that need more of it. */
export interface JiraClient {
  identify(): Promise<JiraIdentity>;
  builds: Submitter<Build> & Reader<BuildKey>;
  deployments: Submitter<Deployment> & Reader<DeploymentKey> & Gatekeeper;
  /** Branches, commits and pull requests; on a self-hosted Jira remote links. */
  devInfo: DevInfoSubmitter;
  issues: JiraIssues;
  metadata: JiraMetadata;
  webhooks: JiraWebhooks;
}
