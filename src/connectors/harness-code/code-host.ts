import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CodeHost, CodeScope, RightReport } from '../../kit/code-host.ts';
import { baseMissing, branchTaken } from '../../kit/code-host-errors.ts';
import { TielineError } from '../../kit/errors.ts';
import { type HarnessApi, openApi, pageSize, read, readAll } from './api.ts';
import { history } from './history.ts';
import { eventOf, parseHook } from './hook.ts';
import { load } from './load.ts';
import { toBranch, toRepository } from './mapping.ts';
import type { HarnessCodeSettings } from './settings.ts';
import { branch, repository, webhook } from './wire.ts';

/** Everything that changes what Jira shows. */
const triggers = [
  'branch_created',
  'branch_updated',
  'branch_deleted',
  'pullreq_created',
  'pullreq_updated',
  'pullreq_reopened',
  'pullreq_branch_updated',
  'pullreq_closed',
  'pullreq_merged',
  'pullreq_comment_created',
  'pullreq_review_submitted',
  'pullreq_target_branch_changed',
];

const space = z.object({ path: z.string(), identifier: z.string().optional() });
const levels: CodeScope['level'][] = ['account', 'organization', 'project'];

/** Harness Code and Gitness as a code host. */
export const harnessCodeHost: CodeHost<HarnessCodeSettings> = {
  signature: {
    type: 'hmac',
    headers: [
      { name: 'x-harness-signature', prefix: '' },
      { name: 'x-gitness-signature', prefix: '' },
    ],
  },
  eventOf,
  parse: parseHook,
  load: (connection, touched, how) => load(openApi(connection), touched, how),

  async scopes(connection) {
    const api = openApi(connection);
    const answer = await api.http.request({ method: 'GET', url: membershipsUrl(connection.settings) });
    const found = read(answer, z.array(z.object({ space })));
    return found.map(({ space: { path, identifier = path } }) => ({
      path,
      name: identifier,
      level: levels[path.split('/').length - 1] ?? 'project',
    }));
  },

  async *repositories(connection, scope) {
    const api = openApi(connection);
    const urlOf = (page: number) => api.space(scope, '/repos', { recursive: true, page, limit: pageSize });
    for await (const wire of readAll(api, urlOf, repository)) yield toRepository(api, wire);
  },

  async checkRights(connection, scope) {
    const api = openApi(connection);
    const [sees, webhooks] = await Promise.all([
      checkRight(api, api.space(scope, ''), {
        right: 'view the space',
        neededFor: 'reading',
        missing: `The token sees no space ${scope}: it is not there, or its user may not view it`,
      }),
      // Only who may edit a space sees its webhooks: in Harness the Account Admin.
      checkRight(api, api.space(scope, '/webhooks', { limit: 1 }), {
        right: 'Account Admin',
        neededFor: 'webhooks',
        missing: `The token may not see and register webhooks of ${scope}: its user needs Account Admin permissions`,
      }),
    ]);
    return sees.state === 'missing' ? [sees] : [sees, webhooks];
  },

  async subscribe(connection, scope, { url, secret }) {
    const api = openApi(connection);
    const list = (page: number) => api.space(scope, '/webhooks', { page, limit: pageSize });
    for await (const known of readAll(api, list, webhook)) {
      // Made by a try that was cut off, with a secret that nobody can be sure of.
      if (known.url === url) await remove(api, scope, known.identifier);
    }
    const answer = await api.http.request({
      method: 'POST',
      url: api.space(scope, '/webhooks'),
      json: {
        // Unique within the space, and the same for the same address.
        identifier: `tieline_${createHash('sha256').update(url).digest('hex').slice(0, 16)}`,
        display_name: 'Tieline',
        description: 'Shows branches, commits and pull requests on Jira issues',
        url,
        secret,
        enabled: true,
        insecure: false,
        triggers,
      },
    });
    return read(answer, webhook).identifier;
  },

  unsubscribe: (connection, scope, subscription) => remove(openApi(connection), scope, subscription),

  history: (connection, repositoryInfo, of, from) => history(openApi(connection), repositoryInfo, of, from),

  async createBranch(connection, repositoryInfo, { name, from }) {
    const api = openApi(connection);
    const answer = await api.http.request({
      method: 'POST',
      url: api.repository(repositoryInfo.name, '/branches'),
      json: { name, target: `refs/heads/${from}` },
      accept: [404, 409],
    });
    if (answer.status === 409) throw branchTaken(repositoryInfo.name, name);
    if (answer.status === 404) throw baseMissing(repositoryInfo.name, from);
    const made = read(answer, branch);
    if (made.commit == null) {
      throw new TielineError('answer-unexpected', `${answer.url} tells a branch without its commit`);
    }
    return toBranch(api, repositoryInfo, made.name, made.commit);
  },
};

const membershipsUrl = ({ product }: Pick<HarnessCodeSettings, 'product'>): string =>
  `${product === 'harness' ? '/code' : ''}/api/v1/user/memberships?limit=${pageSize}`;

async function remove(api: HarnessApi, scope: string, identifier: string): Promise<void> {
  const url = api.space(scope, `/webhooks/${encodeURIComponent(identifier)}`);
  await api.http.request({ method: 'DELETE', url, accept: [404] });
}

async function checkRight(
  { http }: HarnessApi,
  url: string,
  { missing, ...needed }: Pick<RightReport, 'right' | 'neededFor'> & { missing: string },
): Promise<RightReport> {
  const answer = await http.request({ method: 'GET', url, accept: [403, 404] });
  if (answer.status < 400) return { ...needed, state: 'ok', message: `The token has: ${needed.right}` };
  return { ...needed, state: 'missing', message: missing };
}
