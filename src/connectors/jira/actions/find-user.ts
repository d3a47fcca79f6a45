import type { JiraMetadata } from '../../../kit/jira-metadata.ts';
import { resolveUser } from '../fields/user.ts';
import type { IssueRequests } from '../issue-requests.ts';
import { wireUser } from '../metadata.ts';

/** Finds the one user whom a text names, among those that the metadata tells of; by an id with a request of its own. */
export function findUserBy(
  { http, rest, capabilities: { userId } }: IssueRequests,
  metadata: JiraMetadata,
): (query: string) => Promise<string> {
  return (query) =>
    resolveUser(query, {
      userId,
      users: metadata.users,
      async findById(id) {
        const by = new URLSearchParams({ [userId === 'accountId' ? 'accountId' : 'key']: id });
        const answer = await http.request({ method: 'GET', url: `${rest}/user?${by}`, accept: [400, 404] });
        return answer.status >= 400 ? undefined : wireUser.parse(answer.json());
      },
    });
}
