import type { RightReport } from '../../kit/code-host.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { type GitHubApi, repositoryPath, withQuery } from './api.ts';
import { findMessage } from './refusals.ts';
import { findOwner, listWire, type Owner } from './scopes.ts';
import { hooksOf } from './webhooks.ts';
import type { WireRepository } from './wire.ts';

/** The scopes that GitHub says a classic token has; undefined for a fine-grained one, of which it says nothing. */
export function findScopes({ headers }: Pick<HttpAnswer, 'headers'>): string[] | undefined {
  return headers['x-oauth-scopes']
    ?.split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

type Finding = Omit<RightReport, 'neededFor'>;

const missing = (right: string, message: string): Finding => ({ right, state: 'missing', message });
const forReading = (finding: Finding): RightReport => ({ ...finding, neededFor: 'reading' });
const forWebhooks = (finding: Finding): RightReport => ({ ...finding, neededFor: 'webhooks' });

/** Each right that a link of the scope needs, tried on one of its repositories. */
export async function checkRights(api: GitHubApi, scope: string): Promise<RightReport[]> {
  const owner = await findOwner(api, scope);
  if (owner === undefined) {
    const message = `There is no account or organization ${scope} that the token sees`;
    return [forReading(missing('Metadata: read', message))];
  }
  if (owner.kind !== 'repository' && owner.login !== scope) {
    return [
      forReading(
        missing('path', `GitHub writes it ${owner.login}, not ${scope}: paths are compared to the letter`),
      ),
    ];
  }
  const sample = await findSample(api, scope);
  if (sample === undefined) {
    return [forReading(missing('Metadata: read', `The token sees no repository of ${scope}`))];
  }
  if (owner.kind === 'repository' && sample.full_name !== scope) {
    return [
      forReading(
        missing(
          'path',
          `GitHub writes it ${sample.full_name}, not ${scope}: paths are compared to the letter`,
        ),
      ),
    ];
  }
  const { full_name: name } = sample;
  const [contents, pullRequests, webhooks] = await Promise.all([
    // 409: the repository is empty.
    ask(api, repositoryPath(name, '/commits', { per_page: 1 }), [409]),
    ask(api, repositoryPath(name, '/pulls', { per_page: 1 }), []),
    ask(api, withQuery(hooksOf(owner.kind === 'user' ? name : scope), { per_page: 1 }), []),
  ]);
  return [
    forReading(readingReport('Contents: read', 'commits and branches', name, contents)),
    forReading(readingReport('Pull requests: read', 'pull requests', name, pullRequests)),
    forWebhooks(webhooksReport(owner, scope, webhooks)),
  ];
}

const ask = (api: GitHubApi, url: string, fine: number[]): Promise<HttpAnswer> =>
  api.request({ method: 'GET', url, accept: [403, 404, ...fine] });

async function findSample(api: GitHubApi, scope: string): Promise<WireRepository | undefined> {
  if (scope.includes('/')) {
    const answer = await ask(api, repositoryPath(scope, ''), []);
    if (isRefused(answer)) return undefined;
  }
  for await (const one of listWire(api, scope)) return one;
  return undefined;
}

const isRefused = ({ status }: HttpAnswer): boolean => status === 403 || status === 404;

function readingReport(right: string, what: string, name: string, answer: HttpAnswer): Finding {
  if (!isRefused(answer)) return { right, state: 'ok', message: `The token may read ${what}` };
  // A classic token has one scope for all of it.
  const named = findScopes(answer) === undefined ? right : 'repo';
  const says = findMessage(answer);
  return missing(
    named,
    `The token may not read ${what} of ${name}: it needs ${named}${says ? ` (GitHub says: ${says})` : ''}`,
  );
}

/** By whose webhooks they are. */
const webhookRights: Record<Owner['kind'], { fine: string; classic: string; role: string }> = {
  organization: {
    fine: 'Organization permissions, Webhooks: read and write',
    classic: 'admin:org_hook',
    role: 'an owner of the organization',
  },
  repository: {
    fine: 'Webhooks: read and write',
    classic: 'admin:repo_hook',
    role: 'an admin of the repository',
  },
  user: {
    fine: 'Webhooks: read and write',
    classic: 'admin:repo_hook',
    role: 'an admin of the repositories',
  },
};

/** `repo` holds `admin:repo_hook`. */
const widerScopes: Record<string, string> = { 'admin:repo_hook': 'repo' };

function webhooksReport({ kind }: Owner, scope: string, answer: HttpAnswer): Finding {
  const { fine, classic, role } = webhookRights[kind];
  const scopes = findScopes(answer);
  const right = scopes === undefined ? fine : classic;
  if (
    scopes !== undefined &&
    !scopes.includes(classic) &&
    !scopes.includes(widerScopes[classic] ?? classic)
  ) {
    return missing(right, `The token may not register webhooks of ${scope}: it lacks the scope ${classic}`);
  }
  if (isRefused(answer)) {
    return missing(
      right,
      `The token may not register webhooks of ${scope}: it needs ${right}, and its user to be ${role}`,
    );
  }
  // Of a fine-grained token GitHub tells no rights; that it may write shows when it does.
  return scopes === undefined
    ? { right, state: 'unknown', message: `The token sees the webhooks of ${scope}; writing was not tried` }
    : { right, state: 'ok', message: `The token may register webhooks of ${scope}` };
}
