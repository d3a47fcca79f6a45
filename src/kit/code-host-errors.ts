import { TielineError } from './errors.ts';

/** Somebody wants a branch by a name that another one has. */
export const branchTaken = (repository: string, name: string): TielineError =>
  new TielineError('name-taken', `There is a branch "${name}" in ${repository} already`, {
    hint: 'Choose another name, or go on in the branch that is there.',
  });

/** Somebody wants a branch to begin from one that is not there, or not any more. */
export const baseMissing = (repository: string, from: string): TielineError =>
  new TielineError('resource-not-found', `There is no branch "${from}" in ${repository} to begin from`, {
    hint: 'Choose a branch that is there to begin from, such as the default one.',
  });

/** A host does not take the name of a branch, in its own words. */
export const branchRefused = (host: string, name: string, says: string): TielineError =>
  new TielineError('request-invalid', `${host} refuses the branch name "${name}": ${says}`, {
    hint: 'Choose another name.',
  });

/** A host answers 404 to a repository; its status tells whoever takes that for the end of it. */
export const repositoryUnseen = (repository: string): TielineError =>
  new TielineError(
    'status-unexpected',
    `There is no repository ${repository}, or the token does not see it`,
    {
      details: { status: 404 },
    },
  );
