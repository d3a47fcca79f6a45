import { type BuildState, buildStates, type DeploymentState, deploymentStates } from '../kit/jira.ts';

/** Every word that CIs have for a state, lower-cased without spaces, dashes and underscores. */
const wordsByState: Readonly<Record<Exclude<DeploymentState, 'unknown'>, string>> = {
  pending:
    'pending waiting waitingforresource waitingondependencies queued created scheduled preparing blocked manual notstarted actionrequired approvalwaiting interventionwaiting requested',
  in_progress: 'inprogress running started building processing asyncwaiting taskwaiting timedwaiting',
  successful: 'successful success succeeded succeededwithissues passed pass neutral fixed ignorefailed',
  failed:
    'failed failure fail failing error errored broken timedout expired unstable approvalrejected startupfailure',
  cancelled:
    'cancelled canceled canceling cancelling killed stopped terminated aborted abortedbyfreeze discontinuing declined skipped stale',
  rolled_back: 'rolledback rollback',
};

const stateByWord: ReadonlyMap<string, DeploymentState> = new Map(
  deploymentStates.flatMap((state) =>
    state === 'unknown' ? [] : wordsByState[state].split(' ').map((word) => [word, state] as const),
  ),
);

/** The state that a word of any CI stands for, in any case; `unknown` for a word that is not known. */
export function stateOf(word: string): DeploymentState {
  return stateByWord.get(word.toLowerCase().replaceAll(/[\s_-]/g, '')) ?? 'unknown';
}

/** The state as a build may have it: Jira knows no build that is rolled back. */
export function toBuildState(state: DeploymentState): BuildState {
  return buildStates.find((one) => one === state) ?? 'unknown';
}

/** Whether no other state follows by itself. */
export function isFinal(state: DeploymentState): boolean {
  return state !== 'pending' && state !== 'in_progress' && state !== 'unknown';
}

/** Which state to report, or why none. */
export type StateChoice =
  | { state: DeploymentState; notices: string[] }
  | { state: undefined; notices: string[] };

/**
 * The state to report: the word given (STATE), else the pipeline's own. A word for success on a pipeline that has
 * failed or was cancelled means that nothing is reported: the user wants successes only.
 */
export function chooseState(given: string | undefined, own: string | undefined): StateChoice {
  const ownState = own === undefined ? undefined : stateOf(own);
  const word = given ?? own;
  if (word === undefined) {
    return {
      state: 'unknown',
      notices: ['The state is unknown: this CI does not tell it, and STATE is not set'],
    };
  }
  const state = stateOf(word);
  const failed = ownState === 'failed' || ownState === 'cancelled';
  if (given !== undefined && state === 'successful' && failed) {
    return {
      state: undefined,
      notices: [`Nothing is sent: STATE is ${given}, and the pipeline's own status is ${own}`],
    };
  }
  const unknownWord = state === 'unknown' && word.toLowerCase() !== 'unknown';
  return { state, notices: unknownWord ? [`The word "${word}" names no state; sent as unknown`] : [] };
}
