import { matchesGlob } from '../../../kit/glob.ts';

/** Which repositories of its scope a link takes: globs on the full path, case-blind. */
export interface RepositoryFilter {
  /** Null: all. */
  includeRepositories: string[] | null;
  excludeRepositories: string[] | null;
}

const matchesAny = (name: string, globs: string[]): boolean =>
  globs.some((glob) => matchesGlob(name.toLowerCase(), glob.toLowerCase()));

/** Why a link leaves a repository out; undefined when it takes it. */
export function findExclusion(
  { includeRepositories, excludeRepositories }: RepositoryFilter,
  repositoryName: string,
): string | undefined {
  if (excludeRepositories !== null && matchesAny(repositoryName, excludeRepositories)) {
    return `the link excludes the repository ${repositoryName}`;
  }
  if (includeRepositories !== null && !matchesAny(repositoryName, includeRepositories)) {
    return `the link does not include the repository ${repositoryName}`;
  }
  return undefined;
}
