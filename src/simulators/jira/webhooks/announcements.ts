import type { Attachment, Comment, HistoryEntry, IssueLink, Worklog } from '../platform/activity.ts';
import { showAttachment } from '../platform/attachments.ts';
import { showComment } from '../platform/comments.ts';
import { showItems } from '../platform/histories.ts';
import { showIssue } from '../platform/issue-view.ts';
import type { Issue } from '../platform/platform.ts';
import { showWorklog } from '../platform/worklogs.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { Happening } from './delivery.ts';

/** What of an issue stands beside a comment on Cloud. */
const fewFields = ['summary', 'issuetype', 'project', 'assignee', 'priority', 'status'];

/** What routes tell of what they have done. Whoever listens is sent a webhook. */
export interface Announcements {
  issueCreated(issue: Issue, by: SeedAccount): void;
  issueUpdated(issue: Issue, by: SeedAccount | undefined, entry: HistoryEntry): void;
  /** Before it is removed. `isCascade`: because the issue above it was. */
  issueDeleted(issue: Issue, by: SeedAccount, isCascade: boolean): void;
  comment(what: 'created' | 'updated' | 'deleted', issue: Issue, comment: Comment, by: SeedAccount): void;
  worklogCreated(issue: Issue, worklog: Worklog, by: SeedAccount): void;
  link(what: 'created' | 'deleted', link: IssueLink, by: SeedAccount): void;
  attachment(what: 'created' | 'deleted', issue: Issue, attachment: Attachment, by: SeedAccount): void;
}

/** The type that Jira gives to an update, by what changed. */
function updateType({ items }: HistoryEntry): string {
  if (items.some((one) => one.fieldId === 'status')) return 'issue_generic';
  return items.every((one) => one.fieldId === 'assignee') ? 'issue_assigned' : 'issue_updated';
}

const commentTypes = {
  created: 'issue_commented',
  updated: 'issue_comment_edited',
  deleted: 'issue_comment_deleted',
};

/** Tells the webhooks of a site. Bodies are in the shape of API version 2, whatever the edition. */
export function createAnnouncements(site: () => World): Announcements {
  const isOnCloud = () => site().edition.name === 'cloud';

  function userOf(account: SeedAccount | undefined): object | undefined {
    if (account === undefined) return undefined;
    const world = site();
    const shown: Record<string, unknown> = { ...world.edition.showUser(world, '2', account) };
    if (isOnCloud()) delete shown.emailAddress;
    return shown;
  }
  function issueOf(issue: Issue, account: SeedAccount | undefined, fields = ['*all']) {
    const { expand: _, ...shown } = showIssue(site(), '2', issue, { fields, properties: [], account });
    return shown;
  }
  const idsOf = (issue: Issue) => ({
    'issue.id': issue.id,
    'issue.key': issue.key,
    'project.id': issue.project.id,
    'project.key': issue.project.key,
  });
  const withUser = (by: SeedAccount | undefined) => ({ ...(by && { user: userOf(by) }) });

  /** Links in a body lead to the site, even where the gateway was asked. */
  function tell(by: SeedAccount | undefined, happening: Omit<Happening, 'by'>): void {
    const world = site();
    const makeBody = () => world.atBase(world.siteUrl(), happening.makeBody);
    world.deliveries.tell({
      ...happening,
      makeBody,
      ...(by && { by: world.edition.delivery.userIds(world, by) }),
    });
  }
  /** What happened to an issue, beside its own fields, is an update of it to Data Center. */
  function tellUpdate(issue: Issue, by: SeedAccount, type: string, more: () => object): void {
    if (isOnCloud()) return;
    tell(by, {
      event: 'jira:issue_updated',
      issue,
      variables: idsOf(issue),
      makeBody: () => ({
        issue_event_type_name: type,
        ...withUser(by),
        issue: issueOf(issue, by),
        ...more(),
      }),
    });
  }

  return {
    issueCreated(issue, by) {
      tell(by, {
        event: 'jira:issue_created',
        issue,
        variables: idsOf(issue),
        makeBody: () => ({
          issue_event_type_name: 'issue_created',
          ...withUser(by),
          issue: issueOf(issue, by),
        }),
      });
    },
    issueUpdated(issue, by, entry) {
      tell(by, {
        event: 'jira:issue_updated',
        issue,
        changed: entry.items.map((one) => one.fieldId),
        variables: idsOf(issue),
        makeBody: () => ({
          issue_event_type_name: updateType(entry),
          ...withUser(by),
          issue: issueOf(issue, by),
          changelog: { id: entry.id, items: showItems(site(), entry.items) },
        }),
      });
    },
    issueDeleted(issue, by, isCascade) {
      tell(by, {
        event: 'jira:issue_deleted',
        issue,
        variables: idsOf(issue),
        isSecondary: isCascade,
        makeBody: () => ({ ...withUser(by), issue: issueOf(issue, by) }),
      });
    },
    comment(what, issue, comment, by) {
      const shown = () => showComment(site(), '2', issue, comment);
      tell(by, {
        event: `comment_${what}`,
        issue,
        variables: { ...idsOf(issue), 'comment.id': comment.id },
        makeBody: () => ({
          comment: shown(),
          // A self-hosted Jira leaves it to the address of the comment to say of which issue it is.
          ...(isOnCloud() && { issue: issueOf(issue, by, fewFields), eventType: 'primaryAction' }),
        }),
      });
      tellUpdate(issue, by, commentTypes[what], () => (what === 'deleted' ? {} : { comment: shown() }));
    },
    worklogCreated(issue, worklog, by) {
      tell(by, {
        event: 'worklog_created',
        issue,
        variables: { ...idsOf(issue), 'worklog.id': worklog.id },
        makeBody: () => ({ worklog: showWorklog(site(), '2', issue, worklog) }),
      });
      tellUpdate(issue, by, 'issue_work_logged', () => ({}));
    },
    link(what, link, by) {
      const type = site().metadata.linkTypes.find(({ id }) => id === link.typeId);
      tell(by, {
        event: `issuelink_${what}`,
        variables: {},
        makeBody: () => ({
          issueLink: {
            id: Number(link.id),
            sourceIssueId: Number(link.inwardIssue),
            destinationIssueId: Number(link.outwardIssue),
            issueLinkType: {
              id: Number(link.typeId),
              name: type?.name,
              outwardName: type?.outward,
              inwardName: type?.inward,
              isSubTaskLinkType: false,
              isSystemLinkType: false,
            },
            systemLink: false,
          },
        }),
      });
    },
    attachment(what, issue, attachment, by) {
      tell(by, {
        event: `attachment_${what}`,
        issue,
        variables: { ...idsOf(issue), 'attachment.id': attachment.id },
        makeBody: () => ({ attachment: showAttachment(site(), '2', attachment) }),
      });
    },
  };
}
