import { type IssueKeyRules, issueKeyFinder } from '../kit/issue-keys.ts';
import type { CiContext } from './ci-context.ts';

/** Where a key was found. `setting` is the explicit list, which excludes the other places. */
type KeyPlace =
  | 'setting'
  | 'pull-request-title'
  | 'commit-message'
  | 'branch'
  | 'target-branch'
  | 'tag'
  | 'history';

/** One key and one place where it was found. */
export interface FoundKey {
  key: string;
  in: KeyPlace;
}

const ownBranch = (context: CiContext) => context.sourceBranch ?? context.branch;

/** Texts that are searched, in order. */
const places: readonly { in: KeyPlace; texts(context: CiContext): (string | undefined)[] }[] = [
  { in: 'pull-request-title', texts: (context) => [context.pullRequestTitle] },
  { in: 'commit-message', texts: (context) => [context.commitMessage] },
  { in: 'branch', texts: (context) => [ownBranch(context)] },
  // The target of a pull request may carry the key of the larger work. Some CIs give it as the branch of the run.
  {
    in: 'target-branch',
    texts: (context) =>
      [context.targetBranch, context.branch].filter((branch) => branch !== ownBranch(context)),
  },
  { in: 'tag', texts: (context) => [context.tag] },
];

/** The keys in what the CI says, with each place where one was found, and those that only earlier commits name. */
export function findKeys(context: CiContext, rules: IssueKeyRules, history: readonly string[]): FoundKey[] {
  const find = issueKeyFinder(rules);
  const inTexts = (texts: readonly (string | undefined)[]) => [
    ...new Set(texts.flatMap((text) => (text === undefined ? [] : find(text)))),
  ];
  const ofThisRun = places.flatMap((place) =>
    inTexts(place.texts(context)).map((key): FoundKey => ({ key, in: place.in })),
  );
  // The commit of this run is the last of the history too.
  const known = new Set(ofThisRun.map(({ key }) => key));
  const older = inTexts(history).filter((key) => !known.has(key));
  return [...ofThisRun, ...older.map((key): FoundKey => ({ key, in: 'history' }))];
}
