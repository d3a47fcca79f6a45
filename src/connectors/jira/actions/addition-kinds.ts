import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { renderText, type TextForm } from '../rich-text/render-text.ts';
import { attachmentBody } from './attachment-body.ts';
import type { NewAttachment, NewComment } from './inputs.ts';
import { isAlike } from './is-alike.ts';
import type { IssueTools, JiraContext } from './issue-tools.ts';
import type { LinkEnds } from './link-types.ts';

/** Something that is added to an issue by a request of its own. */
export interface Addition {
  /** As the log and errors call it: `a comment`. */
  what: string;
  /** Whether an earlier try has added it. */
  isThere(issueKey: string): Promise<boolean>;
  add(issueKey: string): Promise<void>;
}

/** The clocks of Jira and of this machine may differ by so much. */
const clockSkewMs = 2 * 60_000;

const earliest = ({ startedAt }: JiraContext) => new Date(startedAt.getTime() - clockSkewMs);

const moment = z.string().transform((text) => new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')));
const commentList = z.object({ comments: z.array(z.object({ body: z.unknown(), created: moment })) });
const attachment = z.object({ filename: z.string(), size: z.number(), created: moment });
const key = z.object({ key: z.string() }).optional();
const link = z.object({ type: z.object({ id: z.string() }), inwardIssue: key, outwardIssue: key });
const issueWithLinks = z.object({ fields: z.object({ issuelinks: z.array(link) }) });
const issueWithFiles = z.object({ fields: z.object({ attachment: z.array(attachment) }) });

/** A comment, for everybody or for some. */
export function commentOf(
  { text, visibility }: NewComment,
  textAs: TextForm,
  { requests }: IssueTools,
  context: JiraContext,
): Addition {
  const body = renderText(text, textAs, requests.capabilities.api);
  const urlOf = (issueKey: string) => `${requests.pathOf(issueKey)}/comment`;
  return {
    what: visibility === undefined ? 'a comment' : `a comment for the ${visibility.type} ${visibility.value}`,
    async isThere(issueKey) {
      const url = `${urlOf(issueKey)}?orderBy=-created&maxResults=100`;
      const { comments } = await requests.read(issueKey, url, commentList);
      return comments.some((one) => one.created >= earliest(context) && isAlike(body, one.body));
    },
    async add(issueKey) {
      const json = { body, ...(visibility && { visibility }) };
      await requests.write({
        method: 'POST',
        url: urlOf(issueKey),
        json,
        about: issueKey,
        signal: context.signal,
      });
    },
  };
}

/** Somebody who watches. */
export function watcherOf(
  { name, id }: { name: string; id: string },
  { requests }: IssueTools,
  { signal }: JiraContext,
): Addition {
  return {
    what: `the watcher ${name}`,
    // Who watches is made to watch once more without any effect.
    isThere: async () => false,
    async add(issueKey) {
      const url = `${requests.pathOf(issueKey)}/watchers`;
      await requests.write({ method: 'POST', url, json: id, about: issueKey, signal });
    },
  };
}

/** A link to another issue. */
export function linkOf(
  { type, words, other, isOutward }: LinkEnds,
  { requests }: IssueTools,
  context: JiraContext,
): Addition {
  return {
    what: `the link "${words} ${other}"`,
    async isThere(issueKey) {
      const url = `${requests.pathOf(issueKey)}?fields=issuelinks`;
      const { fields } = await requests.read(issueKey, url, issueWithLinks);
      return fields.issuelinks.some((one) => {
        const end = isOutward ? one.outwardIssue : one.inwardIssue;
        return one.type.id === type && end?.key === other;
      });
    },
    async add(issueKey) {
      // The inward issue is where the link begins: "inward blocks outward".
      const [inward, outward] = isOutward ? [issueKey, other] : [other, issueKey];
      const json = { type: { id: type }, inwardIssue: { key: inward }, outwardIssue: { key: outward } };
      const url = `${requests.rest}/issueLink`;
      await requests
        .write({ method: 'POST', url, json, about: other, signal: context.signal })
        .catch(explainLinkRefusal);
    },
  };
}

/** Who may not link is told so with a 401, as if the credentials were wrong. */
function explainLinkRefusal(thrown: unknown): never {
  const isOfPermission =
    thrown instanceof TielineError &&
    thrown.details.status === 401 &&
    /link issue permission/i.test(String(thrown.details.answer));
  if (!isOfPermission) throw thrown;
  throw new TielineError('remote-forbidden', 'The account lacks the permission Link Issues', {
    details: thrown.details,
    cause: thrown,
  });
}

/** A file. */
export function attachmentOf(given: NewAttachment, { requests }: IssueTools, context: JiraContext): Addition {
  const content =
    given.content === undefined ? Buffer.from(given.text ?? '') : Buffer.from(given.content, 'base64');
  return {
    what: `the attachment ${given.name}`,
    async isThere(issueKey) {
      const url = `${requests.pathOf(issueKey)}?fields=attachment`;
      const { fields } = await requests.read(issueKey, url, issueWithFiles);
      return fields.attachment.some(
        ({ filename, size, created }) =>
          filename === given.name && size === content.length && created >= earliest(context),
      );
    },
    async add(issueKey) {
      const url = `${requests.pathOf(issueKey)}/attachments`;
      const { body, type } = await attachmentBody(given.name, content);
      // Jira takes files only from those who say that they are no page of a browser.
      const headers = { 'content-type': type, 'x-atlassian-token': 'no-check' };
      await requests.write({ method: 'POST', url, body, headers, about: issueKey, signal: context.signal });
    },
  };
}
