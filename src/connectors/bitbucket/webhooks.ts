import { z } from 'zod';
import type { Secret } from '../../kit/secret.ts';
import { apiPath, type BitbucketApi, encodePath, pageSize, read, readAll, repositoryPath } from './api.ts';
import { webhook } from './wire.ts';

/** Everything that changes what Jira shows. */
const wanted = [
  'repo:push',
  'repo:updated',
  'repo:transfer',
  'repo:deleted',
  'pullrequest:created',
  'pullrequest:updated',
  'pullrequest:approved',
  'pullrequest:unapproved',
  'pullrequest:changes_request_created',
  'pullrequest:changes_request_removed',
  'pullrequest:fulfilled',
  'pullrequest:rejected',
  'pullrequest:comment_created',
  'pullrequest:comment_deleted',
];

/** Of a workspace `acme`, or of one repository `acme/checkout`. */
export const webhooksPath = (scope: string): string =>
  scope.includes('/') ? repositoryPath(scope, '/hooks') : apiPath(`/workspaces/${encodePath(scope)}/hooks`);

/** Registers a webhook; those of the same address go. @throws remote-forbidden */
export async function subscribe(
  api: BitbucketApi,
  scope: string,
  { url, secret }: { url: string; secret: Secret },
): Promise<string> {
  // Made by tries that were cut off, with secrets that nobody can be sure of.
  const own: string[] = [];
  for await (const known of readAll(api, `${webhooksPath(scope)}?pagelen=${pageSize}`, webhook)) {
    if (known.url === url) own.push(known.uuid);
  }
  for (const uuid of own) await unsubscribe(api, scope, uuid);
  const answer = await api.http.request({
    method: 'POST',
    url: webhooksPath(scope),
    json: { description: 'Tieline', url, active: true, secret, events: await listEvents(api, scope) },
  });
  return read(answer, webhook).uuid;
}

/** Removes a webhook; one that is not there any more is no error. */
export async function unsubscribe({ http }: BitbucketApi, scope: string, uuid: string): Promise<void> {
  const url = `${webhooksPath(scope)}/${encodeURIComponent(uuid)}`;
  await http.request({ method: 'DELETE', url, accept: [404] });
}

/** One event that a workspace or a repository does not know has all refused: only those are asked for that it lists. */
async function listEvents(api: BitbucketApi, scope: string): Promise<string[]> {
  const subject = scope.includes('/') ? 'repository' : 'workspace';
  const known = new Set<string>();
  const url = apiPath(`/hook_events/${subject}`, { pagelen: pageSize });
  for await (const { event } of readAll(api, url, z.object({ event: z.string() }))) known.add(event);
  return wanted.filter((event) => known.has(event));
}
