import { TielineError } from '../../kit/errors.ts';
import type { Secret } from '../../kit/secret.ts';
import { type GitHubApi, pageSize, read, readAll, repositoryPath, withQuery } from './api.ts';
import { findMessage } from './refusals.ts';
import { findOwner, listWire } from './scopes.ts';
import { webhook } from './wire.ts';

/** Everything that changes what Jira shows. A push tells of new and deleted branches, too. */
const events = [
  'push',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'issue_comment',
  'repository',
];

/** Where the webhooks of an organization or a repository are. */
export const hooksOf = (scope: string): string =>
  scope.includes('/') ? repositoryPath(scope, '/hooks') : `/orgs/${encodeURIComponent(scope)}/hooks`;

/**
 * Registers a webhook for a scope and gives its id. A personal account has no webhooks of its own: each repository gets
 * one, and their address stands for all of them. What has one of the same address keeps it, with the new secret.
 */
export async function subscribe(
  api: GitHubApi,
  scope: string,
  hook: { url: string; secret: Secret },
): Promise<string> {
  const owner = await findOwner(api, scope);
  if (owner?.kind !== 'user') return put(api, hooksOf(scope), hook);
  for await (const { full_name: name, permissions, archived } of listWire(api, scope)) {
    // An archived repository can be changed by nobody; nor has it anything to tell.
    if (permissions?.admin !== false && archived !== true) await put(api, hooksOf(name), hook);
  }
  return hook.url;
}

/** Removes what {@link subscribe} made. */
export async function unsubscribe(api: GitHubApi, scope: string, subscription: string): Promise<void> {
  if (/^\d+$/.test(subscription)) return remove(api, hooksOf(scope), subscription);
  for await (const { full_name: name } of listWire(api, scope)) {
    for (const id of await findIds(api, hooksOf(name), subscription)) await remove(api, hooksOf(name), id);
  }
}

async function put(
  api: GitHubApi,
  hooks: string,
  { url, secret }: { url: string; secret: Secret },
): Promise<string> {
  const config = { url, secret, content_type: 'json', insecure_ssl: '0' };
  const [known, ...others] = await findIds(api, hooks, url);
  for (const id of others) await remove(api, hooks, id);
  const wanted = { active: true, events, config };
  const answer = await api.request({
    ...(known === undefined
      ? { method: 'POST', url: hooks, json: { name: 'web', ...wanted } }
      : { method: 'PATCH', url: `${hooks}/${known}`, json: wanted }),
    accept: [404, 422],
  });
  if (answer.status === 404) {
    throw new TielineError('remote-forbidden', `GitHub shows the token no webhooks at ${hooks}`, {
      hint: 'It needs the right to read and write webhooks, and its user to be an admin or owner there.',
    });
  }
  if (answer.status === 422) {
    const says = findMessage(answer) ?? 'it gives no reason';
    throw new TielineError('status-unexpected', `GitHub refuses the webhook ${url} at ${hooks}: ${says}`);
  }
  return String(read(answer, webhook).id);
}

async function findIds(api: GitHubApi, hooks: string, url: string): Promise<string[]> {
  const all = readAll(api, (page) => withQuery(hooks, { page, per_page: pageSize }), webhook);
  const found: string[] = [];
  for await (const { id, config } of all) if (config?.url === url) found.push(String(id));
  return found;
}

async function remove(api: GitHubApi, hooks: string, id: string): Promise<void> {
  await api.request({ method: 'DELETE', url: `${hooks}/${id}`, accept: [404] });
}
