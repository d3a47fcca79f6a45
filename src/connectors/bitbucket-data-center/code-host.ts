import type { CodeHost } from '../../kit/code-host.ts';
import { baseMissing, branchTaken } from '../../kit/code-host-errors.ts';
import { TielineError } from '../../kit/errors.ts';
import { openApi, pageSize, pathOf, readAll } from './api.ts';
import { history } from './history.ts';
import { eventOf, parseHook } from './hook.ts';
import { findBranch, load, loadRepository } from './load.ts';
import { toRepository } from './mapping.ts';
import { checkRights } from './rights.ts';
import type { BitbucketDataCenterSettings } from './settings.ts';
import { subscribe, unsubscribe } from './webhooks.ts';
import { project, repository } from './wire.ts';

/**
 * Bitbucket Data Center as a code host. A scope is a project by its key, `SHOP` (level `project`), a user's own, `~ada`
 * (level `account`), or one repository, `SHOP/checkout` (level `project`).
 */
export const bitbucketDataCenterHost: CodeHost<BitbucketDataCenterSettings> = {
  signature: { type: 'hmac', headers: [{ name: 'x-hub-signature', prefix: 'sha256=' }] },
  deliveryHeader: 'x-request-id',
  eventOf,
  parse: parseHook,
  load: (connection, touched, how) => load(openApi(connection), touched, how),

  async scopes(connection) {
    const api = openApi(connection);
    const scopes = [];
    const list = (start: number) => api.path('/projects', { start, limit: pageSize });
    for await (const { key, name } of readAll(api, list, project)) {
      scopes.push({
        path: key,
        name,
        level: key.startsWith('~') ? ('account' as const) : ('project' as const),
      });
    }
    return scopes;
  },

  async *repositories(connection, scope) {
    const api = openApi(connection);
    if (scope.includes('/')) {
      yield await loadRepository(api, scope);
      return;
    }
    const list = (start: number) => api.path(`${pathOf(scope)}/repos`, { start, limit: pageSize });
    for await (const wire of readAll(api, list, repository)) yield toRepository(api, wire);
  },

  checkRights: (connection, scope) => checkRights(openApi(connection), scope),
  subscribe: (connection, scope, hook) => subscribe(openApi(connection), scope, hook),
  unsubscribe: (connection, scope, id) => unsubscribe(openApi(connection), scope, id),
  history: (connection, repositoryInfo, of, from) => history(openApi(connection), repositoryInfo, of, from),

  async createBranch(connection, repositoryInfo, { name, from }) {
    const api = openApi(connection);
    const answer = await api.http.request({
      method: 'POST',
      url: api.repository(repositoryInfo.name, '/branches'),
      json: { name, startPoint: `refs/heads/${from}` },
      accept: [404, 409],
    });
    if (answer.status === 409) throw branchTaken(repositoryInfo.name, name);
    if (answer.status === 404) throw baseMissing(repositoryInfo.name, from);
    const made = await findBranch(api, repositoryInfo, name);
    if (made !== undefined) return made;
    throw new TielineError(
      'answer-unexpected',
      `${answer.url} made the branch "${name}", which is not there`,
    );
  },
};
