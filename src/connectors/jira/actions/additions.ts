import { TielineError } from '../../../kit/errors.ts';
import type { TextForm } from '../rich-text/render-text.ts';
import { type Addition, attachmentOf, commentOf, linkOf, watcherOf } from './addition-kinds.ts';
import type { NewAttachment, NewComment, NewLink } from './inputs.ts';
import type { IssueTools, JiraContext } from './issue-tools.ts';
import { chooseLinkEnds, listLinkTypes } from './link-types.ts';
import { whenAllowed } from './when-allowed.ts';

/** All that is added: the comment stands before a transition, the others after it. */
export interface Additions {
  comment: Addition[];
  others: Addition[];
}

interface Wanted {
  comment?: NewComment;
  watchers: string[];
  links: NewLink[];
  attachments: NewAttachment[];
  textAs: TextForm;
}

/**
 * What is to be added, in the order in which it is; everything that can be wrong with it is found here.
 * @throws request-invalid for a link type that is not there, jira-user-unknown, and what rendering the comment throws
 */
export async function prepareAdditions(
  wanted: Wanted,
  tools: IssueTools,
  context: JiraContext,
): Promise<Additions> {
  const { comment, watchers, links, attachments, textAs } = wanted;
  const types = links.length === 0 ? [] : await listLinkTypes(tools.requests);
  const ends = links.map((one) => chooseLinkEnds(types, one));
  const { findUser } = tools.fieldContext(context.metadata.kept);
  const users = await Promise.all(watchers.map(async (name) => ({ name, id: await findUser(name) })));
  return {
    comment: comment === undefined ? [] : [commentOf(comment, textAs, tools, context)],
    others: [
      ...users.map((user) => watcherOf(user, tools, context)),
      ...ends.map((one) => linkOf(one, tools, context)),
      ...attachments.map((one) => attachmentOf(one, tools, context)),
    ],
  };
}

/**
 * Adds to an issue. After a try that was lost it is looked first whether each is there.
 * @throws what stopped it, telling what was not added
 */
export async function addAll(additions: Addition[], issueKey: string, context: JiraContext): Promise<void> {
  for (const { what, isThere, add } of additions) {
    try {
      if (context.attempt > 1 && (await isThere(issueKey))) context.say(`${issueKey} has ${what} already`);
      else {
        await whenAllowed(() => add(issueKey), context);
        context.say(`${issueKey} was given ${what}`);
      }
    } catch (thrown) {
      if (!(thrown instanceof TielineError)) throw thrown;
      const { code, message, hint, retry, fields, details } = thrown;
      throw new TielineError(code, `${issueKey} was not given ${what}: ${message}`, {
        hint,
        retry,
        fields,
        details,
        cause: thrown,
      });
    }
  }
}
