import { z } from 'zod';
import type { CodeHost, CodeScope } from '../../kit/code-host.ts';
import { baseMissing, branchRefused, branchTaken } from '../../kit/code-host-errors.ts';
import { apiPath, encodePath, openApi, pageSize, read, readAll, repositoryPath } from './api.ts';
import { history } from './history.ts';
import { eventOf, parseHook } from './hook.ts';
import { findBranch, load, loadRepository } from './load.ts';
import { toBranch, toRepository } from './mapping.ts';
import { checkRights } from './rights.ts';
import type { BitbucketSettings } from './settings.ts';
import { subscribe, unsubscribe } from './webhooks.ts';
import { branch, repository } from './wire.ts';

const membership = z.object({ workspace: z.object({ slug: z.string(), name: z.string().nullish() }) });
const refusal = z.object({ error: z.object({ message: z.string().max(500) }) });

/**
 * Bitbucket Cloud as a code host. A scope is a workspace, `acme` (level `account`), or one repository, `acme/checkout`
 * (level `project`): Bitbucket's projects have no webhooks and are no part of a repository's name.
 */
export const bitbucketHost: CodeHost<BitbucketSettings> = {
  signature: { type: 'hmac', headers: [{ name: 'x-hub-signature', prefix: 'sha256=' }] },
  deliveryHeader: 'x-request-uuid',
  eventOf,
  parse: parseHook,
  load: (connection, touched, how) => load(openApi(connection), touched, how),

  async scopes(connection) {
    const { workspace } = connection.settings;
    if (workspace !== undefined) return [{ path: workspace, name: workspace, level: 'account' }];
    const scopes: CodeScope[] = [];
    const url = apiPath('/user/workspaces', { pagelen: pageSize });
    for await (const { workspace: found } of readAll(openApi(connection), url, membership)) {
      scopes.push({ path: found.slug, name: found.name || found.slug, level: 'account' });
    }
    return scopes;
  },

  async *repositories(connection, scope) {
    const api = openApi(connection);
    if (scope.includes('/')) {
      yield await loadRepository(api, scope);
      return;
    }
    const url = apiPath(`/repositories/${encodePath(scope)}`, { pagelen: pageSize });
    for await (const wire of readAll(api, url, repository)) yield toRepository(wire);
  },

  checkRights: (connection, scope) => checkRights(openApi(connection), scope),
  subscribe: (connection, scope, hook) => subscribe(openApi(connection), scope, hook),
  unsubscribe: (connection, scope, uuid) => unsubscribe(openApi(connection), scope, uuid),
  history: (connection, repositoryInfo, of, from) => history(openApi(connection), repositoryInfo, of, from),

  async createBranch(connection, repositoryInfo, { name, from }) {
    const api = openApi(connection);
    const answer = await api.http.request({
      method: 'POST',
      url: repositoryPath(repositoryInfo.name, '/refs/branches'),
      // The name of a branch stands for its head.
      json: { name, target: { hash: from } },
      accept: [400, 404, 409],
    });
    if (
      answer.status === 409 ||
      (answer.status === 400 && /BRANCH_ALREADY_EXISTS|already exists/i.test(answer.text))
    ) {
      throw branchTaken(repositoryInfo.name, name);
    }
    if (answer.status >= 400) {
      // Bitbucket has no key of its own for a target that it does not know.
      if ((await findBranch(api, repositoryInfo, from)) === undefined) {
        throw baseMissing(repositoryInfo.name, from);
      }
      const says = refusal.safeParse(answer.json()).data?.error.message ?? 'it is not valid';
      throw branchRefused('Bitbucket', name, says);
    }
    const made = read(answer, branch);
    return toBranch(repositoryInfo, made.name, made.target);
  },
};
