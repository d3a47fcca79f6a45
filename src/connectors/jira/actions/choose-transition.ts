import { TielineError } from '../../../kit/errors.ts';
import type { TransitionChoice } from '../../../kit/jira-metadata.ts';
import type { TransitionTo } from './inputs.ts';

/** An issue that is to be moved. */
export interface Moving {
  key: string;
  status: string;
  /** Whether an earlier try may have moved it. */
  again: boolean;
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/**
 * The transition that is wanted: the first to a status whose name is given in any case, or that of a name, which is
 * compared exactly before its case is passed over. Undefined when the issue has the status already.
 * @throws transition-unavailable with those that are open to the issue
 */
export function chooseTransition(
  transitions: TransitionChoice[],
  { status, transitionName }: TransitionTo,
  issue: Moving,
): TransitionChoice | undefined {
  const leading = transitions.filter(({ toStatus }) => status === '' || isSame(toStatus.name, status));
  if (transitionName === '') {
    return isSame(issue.status, status)
      ? undefined
      : (leading[0] ?? unavailable(transitions, `to "${status}"`, issue));
  }
  const found =
    leading.find(({ name }) => name === transitionName) ??
    leading.find(({ name }) => isSame(name, transitionName));
  const isThere = found !== undefined && issue.again && isSame(found.toStatus.name, issue.status);
  if (found !== undefined) return isThere ? undefined : found;
  if (status !== '' && isSame(issue.status, status)) return undefined;
  const to = status === '' ? '' : ` to "${status}"`;
  return unavailable(transitions, `"${transitionName}"${to}`, issue);
}

function unavailable(transitions: TransitionChoice[], wanted: string, { key, status }: Moving): never {
  const open = transitions.map(({ name, toStatus }) => `"${name}" to "${toStatus.name}"`);
  throw new TielineError(
    'transition-unavailable',
    `${key} has the status "${status}", from which the account has no transition ${wanted}`,
    {
      hint:
        open.length === 0
          ? 'The account has no transition of it at all: grant it the permission Transition Issues.'
          : `There are: ${open.join(', ')}.`,
      details: { transitions: transitions.map(({ name, toStatus }) => ({ name, to: toStatus.name })) },
    },
  );
}
