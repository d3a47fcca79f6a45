import type { TransitionChoice } from '../../../kit/jira-metadata.ts';
import { refused } from './author.ts';

const wordsOf = (name: string): string => name.trim().toLowerCase().replaceAll(/\s+/g, '-');

/**
 * The transition that a command names: the one of that name, else the only one whose name begins with these words,
 * hyphens standing for spaces. Atlassian: "Process issues with smart commits", Workflow transitions.
 * @throws smart-commit-refused that names the transitions when none fits, or several do
 */
export function getTransition(
  transitions: TransitionChoice[],
  name: string,
  issueKey: string,
): TransitionChoice {
  const wanted = wordsOf(name);
  const exact = transitions.filter((one) => wordsOf(one.name) === wanted);
  const fitting =
    exact.length > 0 ? exact : transitions.filter((one) => wordsOf(one.name).startsWith(`${wanted}-`));
  const [transition, other] = fitting;
  const list = (some: TransitionChoice[]) => some.map((one) => `"${one.name}"`).join(', ');
  if (transition === undefined) {
    const open = transitions.length === 0 ? 'none is' : `${list(transitions)} are`;
    throw refused(`#${name} names no transition of ${issueKey} that is open to the account now; ${open}`);
  }
  if (other !== undefined) throw refused(`#${name} may mean ${list(fitting)} on ${issueKey}`);
  return transition;
}
