import type { CodeHost } from '../../kit/code-host.ts';
import { baseMissing, branchTaken } from '../../kit/code-host-errors.ts';
import { openApi, pageSize, read, readAll } from './api.ts';
import { history } from './history.ts';
import { eventOf, parseHook } from './hook.ts';
import { findBranch, load } from './load.ts';
import { toBranch, toPushedCommit, toRepository } from './mapping.ts';
import { checkRights } from './rights.ts';
import { listScopes, placeOf, webhooksOf } from './scopes.ts';
import type { GiteaSettings } from './settings.ts';
import { branch, repository, webhook } from './wire.ts';

/** Everything that changes what Jira shows. `pull_request` covers reviews, comments and pushes, whatever the version. */
const events = ['create', 'delete', 'push', 'pull_request', 'repository'];

/** Gitea and Forgejo as a code host. */
export const giteaHost: CodeHost<GiteaSettings> = {
  signature: {
    type: 'hmac',
    headers: [
      { name: 'x-forgejo-signature', prefix: '' },
      { name: 'x-gitea-signature', prefix: '' },
      { name: 'x-hub-signature-256', prefix: 'sha256=' },
    ],
  },
  // Forgejo sends this one too.
  deliveryHeader: 'x-gitea-delivery',
  eventOf,
  parse: parseHook,
  load: (connection, touched, how) => load(openApi(connection), touched, how),
  scopes: (connection) => listScopes(openApi(connection)),

  async *repositories(connection, scope) {
    const api = openApi(connection);
    const { repositories, itself } = await placeOf(api, scope);
    if (repositories === undefined) {
      yield toRepository(read(await api.http.request({ method: 'GET', url: api.path(itself) }), repository));
      return;
    }
    const urlOf = (page: number) => api.path(repositories, { page, limit: pageSize });
    for await (const wire of readAll(api, urlOf, repository)) yield toRepository(wire);
  },

  checkRights: (connection, scope) => checkRights(openApi(connection), scope),

  async subscribe(connection, scope, { url, secret }) {
    const api = openApi(connection);
    const webhooks = await webhooksOf(api, scope);
    const taken: number[] = [];
    const list = (page: number) => api.path(webhooks, { page, limit: pageSize });
    for await (const { id, config } of readAll(api, list, webhook)) {
      // Made by a try that was cut off, with a secret that nobody can be sure of.
      if (config.url === url) taken.push(id);
    }
    for (const id of taken) {
      await api.http.request({ method: 'DELETE', url: api.path(`${webhooks}/${id}`), accept: [404] });
    }
    const answer = await api.http.request({
      method: 'POST',
      url: api.path(webhooks),
      json: { type: 'gitea', active: true, events, config: { url, content_type: 'json', secret } },
    });
    return `${webhooks}/${read(answer, webhook).id}`;
  },

  async unsubscribe(connection, _scope, subscription) {
    const { http, path } = openApi(connection);
    await http.request({ method: 'DELETE', url: path(subscription), accept: [404] });
  },

  history: (connection, repositoryInfo, of, from) => history(openApi(connection), repositoryInfo, of, from),

  async createBranch(connection, repositoryInfo, { name, from }) {
    const api = openApi(connection);
    // Gitea itself answers 500 to a ref that is not there.
    if ((await findBranch(api, repositoryInfo, from)) === undefined) {
      throw baseMissing(repositoryInfo.name, from);
    }
    const answer = await api.http.request({
      method: 'POST',
      url: api.repository(repositoryInfo.name, '/branches'),
      // The second name is that of before Gitea 1.20.
      json: { new_branch_name: name, old_ref_name: from, old_branch_name: from },
      accept: [409],
    });
    if (answer.status === 409) throw branchTaken(repositoryInfo.name, name);
    const made = read(answer, branch);
    return toBranch(repositoryInfo, made.name, toPushedCommit(repositoryInfo, made.commit));
  },
};
