import type { CodeHost } from '../../kit/code-host.ts';
import { baseMissing, branchRefused, branchTaken } from '../../kit/code-host-errors.ts';
import { openApi, repositoryPath } from './api.ts';
import { history } from './history.ts';
import { eventOf, parseHook } from './hook.ts';
import { findCommit, load } from './load.ts';
import { toBranch } from './mapping.ts';
import { findMessage } from './refusals.ts';
import { checkRights } from './rights.ts';
import { listRepositories, listScopes } from './scopes.ts';
import type { GitHubSettings } from './settings.ts';
import { subscribe, unsubscribe } from './webhooks.ts';

/** GitHub as a code host. */
export const gitHubHost: CodeHost<GitHubSettings> = {
  signature: { type: 'hmac', headers: [{ name: 'x-hub-signature-256', prefix: 'sha256=' }] },
  deliveryHeader: 'x-github-delivery',
  eventOf,
  parse: parseHook,
  load: (connection, touched, how) => load(openApi(connection), touched, how),
  scopes: (connection) => listScopes(openApi(connection)),
  repositories: (connection, scope) => listRepositories(openApi(connection), scope),
  checkRights: (connection, scope) => checkRights(openApi(connection), scope),
  subscribe: (connection, scope, hook) => subscribe(openApi(connection), scope, hook),
  unsubscribe: (connection, scope, subscription) => unsubscribe(openApi(connection), scope, subscription),
  history: (connection, repository, of, from) => history(openApi(connection), repository, of, from),

  async createBranch(connection, repository, { name, from }) {
    const api = openApi(connection);
    const head = await findCommit(api, repository, `heads/${from}`);
    if (head === undefined) throw baseMissing(repository.name, from);
    const answer = await api.request({
      method: 'POST',
      url: repositoryPath(repository.name, '/git/refs'),
      json: { ref: `refs/heads/${name}`, sha: head.sha },
      accept: [422],
    });
    if (answer.status === 422) {
      const says = findMessage(answer) ?? 'it is not valid';
      throw /already exists/i.test(says)
        ? branchTaken(repository.name, name)
        : branchRefused('GitHub', name, says);
    }
    return toBranch(repository, name, head);
  },
};
