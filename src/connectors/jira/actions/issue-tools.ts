import type { ActionContext } from '../../../kit/action.ts';
import type { JiraIssues } from '../../../kit/jira-issues.ts';
import type { JiraMetadata } from '../../../kit/jira-metadata.ts';
import type { FieldContext } from '../fields/field-value.ts';
import { type IssueRequests, openIssueRequests } from '../issue-requests.ts';
import { createIssues } from '../issues.ts';
import { keptParts } from '../parts.ts';
import type { TextForm } from '../rich-text/render-text.ts';
import type { JiraSettings } from '../settings.ts';
import { findSprintBy } from './find-sprint.ts';
import { findUserBy } from './find-user.ts';

export type JiraContext = ActionContext<JiraSettings>;

/** What an action on issues works with. */
export interface IssueTools {
  requests: IssueRequests;
  issues: JiraIssues;
  /** What converting fields needs, people being looked up in this metadata. */
  fieldContext(metadata: JiraMetadata): FieldContext;
}

/** Tools for the Jira behind a connection; what is learnt of its site is kept. */
export async function openTools(context: JiraContext, textAs: TextForm): Promise<IssueTools> {
  const parts = keptParts(context.connection);
  const requests = await openIssueRequests(parts);
  const { api, userId } = requests.capabilities;
  return {
    requests,
    issues: createIssues(parts),
    fieldContext: (metadata) => ({
      api,
      userId,
      findUser: findUserBy(requests, metadata),
      findSprint: findSprintBy(requests),
      textAs,
      now: context.now,
    }),
  };
}
