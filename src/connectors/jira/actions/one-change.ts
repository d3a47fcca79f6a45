import { z } from 'zod';
import { type Action, defineAction } from '../../../kit/action.ts';
import type { JiraSettings } from '../settings.ts';
import { issueKey, newComment, newLink, people, textAs, transitionTo } from './inputs.ts';
import { type UpdateIssue, updateIssueAction, updateIssueInput } from './update-issue.ts';

/** An action that is one part of changing an issue. */
function partOfUpdate<I>(
  named: Pick<Action<JiraSettings, I>, 'id' | 'label' | 'input'>,
  toUpdate: (input: I) => z.input<typeof updateIssueInput>,
) {
  const whole = (input: I): UpdateIssue => updateIssueInput.parse(toUpdate(input));
  return defineAction<JiraSettings, I>({
    ...named,
    run: (input, context) => updateIssueAction.run(whole(input), context),
    recover: async (input, context) => updateIssueAction.recover?.(whole(input), context) ?? 'unknown',
  });
}

/** Adds a comment to an issue. */
export const addCommentAction = partOfUpdate(
  {
    id: 'jira.add-comment',
    label: 'Comment on an issue',
    input: newComment.extend({ issue: issueKey, textAs }),
  },
  ({ issue, textAs, ...comment }) => ({ issues: [issue], textAs, comment }),
);

/** Takes an issue through a transition. */
export const transitionIssueAction = partOfUpdate(
  {
    id: 'jira.transition-issue',
    label: 'Move an issue through its workflow',
    input: z.strictObject({ issue: issueKey, to: transitionTo, textAs }),
  },
  ({ issue, to, textAs }) => ({ issues: [issue], transitionTo: to, textAs }),
);

/** Links an issue to others. */
export const linkIssuesAction = partOfUpdate(
  {
    id: 'jira.link-issues',
    label: 'Link issues',
    input: z.strictObject({ issue: issueKey, links: z.array(newLink).min(1).max(50) }),
  },
  ({ issue, links }) => ({ issues: [issue], links }),
);

/** Makes people watch an issue. */
export const addWatchersAction = partOfUpdate(
  {
    id: 'jira.add-watchers',
    label: 'Make people watch an issue',
    input: z.strictObject({ issue: issueKey, watchers: people.min(1) }),
  },
  ({ issue, watchers }) => ({ issues: [issue], watchers }),
);
