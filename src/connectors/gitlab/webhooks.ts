import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import type { Secret } from '../../kit/secret.ts';
import { groupPath, pageSize, projectPath, read, readAll, withQuery } from './api.ts';
import { getPlace, listProjects } from './scopes.ts';
import { webhook } from './wire.ts';

/** Everything that changes what Jira shows. `project_events` is known to the hooks of groups only. */
const events = {
  push_events: true,
  tag_push_events: false,
  merge_requests_events: true,
  note_events: true,
  project_events: true,
};

/** The webhooks of a group are had from the tier Premium on, by its owners. */
export async function hasGroupHooks(http: Http, id: string): Promise<boolean> {
  const url = groupPath(id, '/hooks', { per_page: 1 });
  const answer = await http.request({ method: 'GET', url, accept: [403, 404] });
  return answer.status < 400;
}

/**
 * Registers a webhook for a scope and gives its path. Where the group can have none, and in a personal namespace, each
 * project gets one, and their address stands for all of them. What has one of the same address keeps it, with the new
 * secret.
 */
export async function subscribe(
  http: Http,
  scope: string,
  hook: { url: string; secret: Secret },
): Promise<string> {
  const place = await getPlace(http, scope);
  if (place.kind === 'project') return put(http, projectPath(place.id, '/hooks'), hook);
  if (place.kind === 'group' && (await hasGroupHooks(http, place.id))) {
    return put(http, groupPath(place.id, '/hooks'), hook);
  }
  for await (const { id, archived } of listProjects(http, place)) {
    // An archived project can be changed by nobody; nor has it anything to tell.
    if (archived !== true) await put(http, projectPath(String(id), '/hooks'), hook);
  }
  return hook.url;
}

/** Removes what {@link subscribe} made. */
export async function unsubscribe(http: Http, scope: string, subscription: string): Promise<void> {
  if (subscription.startsWith('/')) return remove(http, subscription);
  for await (const { id } of listProjects(http, await getPlace(http, scope))) {
    const hooks = projectPath(String(id), '/hooks');
    for (const known of await findPaths(http, hooks, subscription)) await remove(http, known);
  }
}

async function put(
  http: Http,
  hooks: string,
  { url, secret }: { url: string; secret: Secret },
): Promise<string> {
  const [known, ...others] = await findPaths(http, hooks, url);
  for (const path of others) await remove(http, path);
  const answer = await http.request({
    method: known === undefined ? 'POST' : 'PUT',
    url: known ?? hooks,
    json: { url, token: secret, name: 'Tieline', enable_ssl_verification: true, ...events },
    accept: [422],
  });
  if (answer.status === 422) {
    throw new TielineError(
      'status-unexpected',
      `GitLab refuses the webhook ${url}: ${answer.text.slice(0, 300)}`,
      {
        hint: 'Where the hub is in the network of GitLab, an administrator must allow webhooks to reach it: Admin, Settings, Network, Outbound requests.',
      },
    );
  }
  return `${hooks}/${read(answer, webhook).id}`;
}

async function findPaths(http: Http, hooks: string, url: string): Promise<string[]> {
  const found: string[] = [];
  for await (const one of readAll(http, (page) => withQuery(hooks, { page, per_page: pageSize }), webhook)) {
    if (one.url === url) found.push(`${hooks}/${one.id}`);
  }
  return found;
}

async function remove(http: Http, path: string): Promise<void> {
  await http.request({ method: 'DELETE', url: path, accept: [404] });
}
