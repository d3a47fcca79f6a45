import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import type { JiraIssues } from '../../kit/jira-issues.ts';
import { bodyOf } from './answer-body.ts';
import { readErrorMessages } from './error-messages.ts';
import { isFields } from './json-fields.ts';
import { readAnswer } from './pages.ts';
import type { JiraParts } from './parts.ts';

const mostComments = 100;

const id = z.union([z.string(), z.number()]).transform(String);
const issueWithStatus = z.object({ fields: z.object({ status: z.object({ id, name: z.string() }) }) });
const commentList = z.object({ comments: z.array(z.object({ body: z.unknown() })) });
const worklogList = z.object({ worklogs: z.array(z.object({ comment: z.unknown() })) });

/**
 * Comments, work and transitions. Jira Cloud platform REST API v3 and Jira Server and Data Center REST API v2: "Add
 * comment", "Add worklog", "Transition issue".
 */
export function createIssues(parts: JiraParts): JiraIssues {
  const open = async (issueKey: string) => {
    const { api } = (await parts.site()).identity.capabilities;
    const http = parts.getPlatform();
    const path = `/rest/api/${api}/issue/${encodeURIComponent(issueKey)}`;
    return { http, path, toJira: (text: string) => (api === '3' ? documentOf(text) : text) };
  };
  const post = async (http: Http, issueKey: string, url: string, json: unknown): Promise<void> => {
    const answer = await http.request({ method: 'POST', url, json, accept: [400, 403, 404] });
    if (answer.status < 400) return;
    if (answer.status === 404) throw notFound(issueKey);
    const body = bodyOf(answer);
    const words = readErrorMessages(body, answer.status).join('; ');
    // A 403 of another shape is about the account as a whole.
    const isOfIssue = answer.status === 400 || (isFields(body) && 'errorMessages' in body);
    throw new TielineError(isOfIssue ? 'jira-rejected' : 'remote-forbidden', `${issueKey}: ${words}`, {
      details: { status: answer.status, url: answer.url, answer: body },
    });
  };
  const read = async <T>(issueKey: string, http: Http, url: string, shape: z.ZodType<T>): Promise<T> => {
    try {
      return await readAnswer(http, url, shape);
    } catch (thrown) {
      if (thrown instanceof TielineError && thrown.details.status === 404) throw notFound(issueKey, thrown);
      throw thrown;
    }
  };

  return {
    async getStatus(issueKey) {
      const { http, path } = await open(issueKey);
      return (await read(issueKey, http, `${path}?fields=status`, issueWithStatus)).fields.status;
    },
    async addComment(issueKey, text) {
      const { http, path, toJira } = await open(issueKey);
      await post(http, issueKey, `${path}/comment`, { body: toJira(text) });
    },
    async listComments(issueKey) {
      const { http, path } = await open(issueKey);
      const url = `${path}/comment?orderBy=-created&maxResults=${mostComments}`;
      return (await read(issueKey, http, url, commentList)).comments.map(({ body }) => plainTextOf(body));
    },
    async addWorklog(issueKey, { spent, text, startedAt }) {
      const { http, path, toJira } = await open(issueKey);
      // Jira takes no other form of a moment here, not even a Z for the offset.
      const started = startedAt.toISOString().replace('Z', '+0000');
      await post(http, issueKey, `${path}/worklog`, { timeSpent: spent, comment: toJira(text), started });
    },
    async listWorklogTexts(issueKey) {
      const { http, path } = await open(issueKey);
      const { worklogs } = await read(issueKey, http, `${path}/worklog`, worklogList);
      return worklogs.map(({ comment }) => plainTextOf(comment));
    },
    async transition(issueKey, transitionId) {
      const { http, path } = await open(issueKey);
      await post(http, issueKey, `${path}/transitions`, { transition: { id: transitionId } });
    },
  };
}

const notFound = (issueKey: string, cause?: unknown) =>
  new TielineError('resource-not-found', `Jira shows the account no issue ${issueKey}`, {
    hint: 'Check the key; if the issue exists, the account lacks the permission Browse Projects there.',
    cause,
  });

/** A text as a document, a paragraph a line. Atlassian Document Format, version 1: no empty text node. */
const documentOf = (text: string) => ({
  type: 'doc',
  version: 1,
  content: text.split('\n').map((line) => ({
    type: 'paragraph',
    content: line === '' ? [] : [{ type: 'text', text: line }],
  })),
});

/** The text in what Jira shows: a text, or a document in whatever nodes. */
function plainTextOf(shown: unknown): string {
  if (typeof shown === 'string') return shown;
  if (!isFields(shown)) return '';
  if (typeof shown.text === 'string') return shown.text;
  if (!Array.isArray(shown.content)) return '';
  return shown.content.map(plainTextOf).join(shown.type === 'doc' ? '\n' : '');
}
