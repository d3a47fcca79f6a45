import { waitForApproval } from './approval/wait-for-approval.ts';
import { createIssueAction } from './create-issue.ts';
import {
  addCommentAction,
  addWatchersAction,
  linkIssuesAction,
  transitionIssueAction,
} from './one-change.ts';
import { updateIssueAction } from './update-issue.ts';

/** What can be done in Jira. */
export const jiraActions = [
  createIssueAction(),
  updateIssueAction,
  addCommentAction,
  transitionIssueAction,
  linkIssuesAction,
  addWatchersAction,
  waitForApproval,
];
