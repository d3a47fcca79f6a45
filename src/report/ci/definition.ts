/** The variables of a process, as they are handed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Looks a name up in what the CI exposes; undefined when it is absent, blank or one of the CI's words for nothing. */
export type Read = (name: string) => string | undefined;

/** A value that is made of what the CI exposes. */
type Make = (read: Read) => string | undefined;

/** Where a field comes from: a name to look up, or what is made of several. In a list the first that gives something counts. */
export type Source = string | Make;

/** What a CI may say about a run, all as text. `commitLink` and the like are addresses for a reader. */
export type CiField =
  | 'pipelineId'
  | 'pipelineName'
  | 'buildNumber'
  | 'buildLink'
  | 'status'
  | 'branch'
  | 'sourceBranch'
  | 'targetBranch'
  | 'tag'
  | 'commitSha'
  | 'commitMessage'
  | 'commitLink'
  | 'pullRequestNumber'
  | 'pullRequestTitle'
  | 'pullRequestLink'
  | 'repositoryUrl'
  | 'startedAt'
  | 'finishedAt'
  | 'triggeredBy';

/** Code hosts that are asked for what the CI does not tell; see `../code-hosts.ts`. */
export type CodeHostName = 'github' | 'gitlab' | 'bitbucket' | 'azure-devops';

/** Where the API of a code host has a pull request. */
export interface PullRequestApi {
  host: CodeHostName;
  url: string;
}

/** One CI: how to know it and, field by field, where it says what. */
export interface CiDefinition {
  name: string;
  /** The page of the CI's own documentation that the table follows. */
  docs: string;
  /** Any of these variables tells that the run is of this CI. */
  detectedBy: readonly string[];
  fields: Partial<Record<CiField, Source | readonly Source[]>>;
  /** Where a pull request can be asked for, by the CI's own word. Without this the address of the repository tells. */
  findPullRequestApi?: (read: Read, number: string) => PullRequestApi | undefined;
  /** Values with which the CI says that it has none. */
  blanks?: readonly string[];
  /** Values that stand in a file, by name; may throw when the file cannot be read. Asked for names that are no variables. */
  openFile?: (env: Environment, readText: (path: string) => string) => Read;
}

/** Joins what the names hold, or gives nothing when one is absent. */
export function joined(separator: string, ...names: string[]): Make {
  return (read) => {
    const parts = names.map(read);
    return parts.every((part) => part !== undefined) ? parts.join(separator) : undefined;
  };
}

/** A source that is made of a value, when there is one. */
export function from(name: string, make: (value: string, read: Read) => string | undefined): Make {
  return (read) => {
    const value = read(name);
    return value === undefined ? undefined : make(value, read);
  };
}

/** An exit code as the word for a state. */
export function exitCode(name: string): Make {
  return from(name, (code) => (code === '0' ? 'success' : 'failure'));
}

/** A name that says `false` for "none": the number of a pull request. */
export function unlessFalse(name: string): Make {
  return from(name, (value) => (value === 'false' ? undefined : value));
}

/** The first that gives something. */
export function readSource(source: Source | readonly Source[] | undefined, read: Read): string | undefined {
  if (source === undefined) return undefined;
  if (typeof source === 'string') return read(source);
  if (typeof source === 'function') return source(read);
  for (const one of source) {
    const value = readSource(one, read);
    if (value !== undefined) return value;
  }
  return undefined;
}
