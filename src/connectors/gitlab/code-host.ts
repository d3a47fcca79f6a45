import { z } from 'zod';
import type { CodeHost } from '../../kit/code-host.ts';
import { baseMissing, branchRefused, branchTaken } from '../../kit/code-host-errors.ts';
import type { TielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { openApi, projectPath, read } from './api.ts';
import { history } from './history.ts';
import { eventOf, parseHook } from './hook.ts';
import { load } from './load.ts';
import { toBranch, toCommit } from './mapping.ts';
import { checkRights } from './rights.ts';
import { listRepositories, listScopes } from './scopes.ts';
import type { GitLabSettings } from './settings.ts';
import { subscribe, unsubscribe } from './webhooks.ts';
import { branch } from './wire.ts';

/** GitLab as a code host. */
export const gitLabHost: CodeHost<GitLabSettings> = {
  signature: { type: 'token', header: 'x-gitlab-token' },
  // From 17.4 on. The older X-Gitlab-Event-UUID is the same for events that follow from one another.
  deliveryHeader: 'idempotency-key',
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
    const answer = await openApi(connection).request({
      method: 'POST',
      url: projectPath(repository.id, '/repository/branches'),
      json: { branch: name, ref: from },
      accept: [400],
    });
    if (answer.status === 400) throw notMade(repository.name, name, from, messageOf(answer));
    const made = read(answer, branch);
    return toBranch(repository, made.name, toCommit(repository, made.commit));
  },
};

const messageOf = (answer: HttpAnswer): string =>
  z.object({ message: z.string() }).safeParse(answer.json()).data?.message ?? 'it gives no reason';

function notMade(repository: string, name: string, from: string, says: string): TielineError {
  if (/already exists/i.test(says)) return branchTaken(repository, name);
  if (/invalid reference name/i.test(says)) return baseMissing(repository, from);
  return branchRefused('GitLab', name, says);
}
