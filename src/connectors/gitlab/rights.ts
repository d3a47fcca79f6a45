import { z } from 'zod';
import type { RightReport } from '../../kit/code-host.ts';
import type { Http } from '../../kit/http.ts';
import { find, projectPath } from './api.ts';
import { findPlace, listProjects, type Place } from './scopes.ts';
import { hasGroupHooks } from './webhooks.ts';

const token = z.object({ scopes: z.array(z.string()), expires_at: z.string().nullish() });

/** What GitLab says of the token itself; undefined where it is of another kind or the version too old (15.5). */
export const findToken = (http: Http): Promise<z.output<typeof token> | undefined> =>
  find(http, '/personal_access_tokens/self', token, [400, 403, 404]);

type Finding = Omit<RightReport, 'neededFor'>;

const missing = (right: string, message: string): Finding => ({ right, state: 'missing', message });
const forReading = (finding: Finding): RightReport => ({ ...finding, neededFor: 'reading' });

/** Each right that a link of the scope needs. */
export async function checkRights(http: Http, scope: string): Promise<RightReport[]> {
  const [place, self] = await Promise.all([findPlace(http, scope), findToken(http)]);
  const api = forReading(apiReport(self?.scopes));
  if (place === undefined) {
    return [api, forReading(missing('Reporter', `The token sees no group, project or user ${scope}`))];
  }
  if (place.path !== scope) {
    return [
      forReading(
        missing('path', `GitLab writes it ${place.path}, not ${scope}: paths are compared to the letter`),
      ),
    ];
  }
  return [api, { ...(await webhooksReport(http, place, scope)), neededFor: 'webhooks' }];
}

function apiReport(scopes: string[] | undefined): Finding {
  if (scopes === undefined) {
    return { right: 'api', state: 'unknown', message: 'GitLab does not tell the scopes of the token' };
  }
  return scopes.includes('api')
    ? { right: 'api', state: 'ok', message: 'The token has the scope api' }
    : missing('api', `The token lacks the scope api; it has ${scopes.join(', ') || 'none'}`);
}

async function webhooksReport(http: Http, place: Place, scope: string): Promise<Finding> {
  if (place.kind === 'group' && (await hasGroupHooks(http, place.id))) {
    return { right: 'Owner', state: 'ok', message: `The token may register a webhook of the group ${scope}` };
  }
  const right = 'Maintainer';
  for await (const { id, path_with_namespace: path, archived } of listProjects(http, place)) {
    if (archived === true) continue;
    const url = projectPath(String(id), '/hooks', { per_page: 1 });
    if ((await find(http, url, z.array(z.unknown()), [403, 404])) === undefined) {
      return missing(right, `The token may not register webhooks of ${path}: it needs the role Maintainer`);
    }
    const what = place.kind === 'project' ? path : `the projects of ${scope}, one by one`;
    return { right, state: 'ok', message: `The token may register webhooks of ${what}` };
  }
  return { right, state: 'unknown', message: `There is no project in ${scope} to try it on` };
}
