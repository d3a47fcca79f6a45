import { z } from 'zod';
import type { JiraIssues } from '../../kit/jira-issues.ts';
import { createIssueReading } from './issue-reading.ts';
import { openIssueRequests } from './issue-requests.ts';
import type { JiraParts } from './parts.ts';
import { documentOf, plainTextOf } from './rich-text/plain-text.ts';

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
    const requests = await openIssueRequests(parts);
    const post = async (below: string, json: unknown): Promise<void> => {
      await requests.write({ method: 'POST', url: requests.pathOf(issueKey) + below, json, about: issueKey });
    };
    return {
      post,
      read: <T>(below: string, shape: z.ZodType<T>) =>
        requests.read(issueKey, requests.pathOf(issueKey) + below, shape),
      toJira: (text: string) => (requests.capabilities.api === '3' ? documentOf(text) : text),
    };
  };

  return {
    ...createIssueReading(parts),
    async getStatus(issueKey) {
      const { read } = await open(issueKey);
      return (await read('?fields=status', issueWithStatus)).fields.status;
    },
    async addComment(issueKey, text) {
      const { post, toJira } = await open(issueKey);
      await post('/comment', { body: toJira(text) });
    },
    async listComments(issueKey) {
      const { read } = await open(issueKey);
      const { comments } = await read(`/comment?orderBy=-created&maxResults=${mostComments}`, commentList);
      return comments.map(({ body }) => plainTextOf(body));
    },
    async addWorklog(issueKey, { spent, text, startedAt }) {
      const { post, toJira } = await open(issueKey);
      // Jira takes no other form of a moment here, not even a Z for the offset.
      const started = startedAt.toISOString().replace('Z', '+0000');
      await post('/worklog', { timeSpent: spent, comment: toJira(text), started });
    },
    async listWorklogTexts(issueKey) {
      const { read } = await open(issueKey);
      return (await read('/worklog', worklogList)).worklogs.map(({ comment }) => plainTextOf(comment));
    },
    async transition(issueKey, transitionId) {
      const { post } = await open(issueKey);
      await post('/transitions', { transition: { id: transitionId } });
    },
  };
}
