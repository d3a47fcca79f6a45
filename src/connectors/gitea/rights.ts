import { z } from 'zod';
import type { RightReport } from '../../kit/code-host.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import type { GiteaApi } from './api.ts';
import { noWebhooks, type Place, placeOf } from './scopes.ts';

/** By what is linked: who may register webhooks, in Gitea's words. */
const roles: Record<Place['level'], string> = {
  organization: 'owner of the organization',
  account: 'the user itself',
  project: 'administrator of the repository',
};

/** Each right that a link of the scope needs. */
export async function checkRights(api: GiteaApi, scope: string): Promise<RightReport[]> {
  const place = await placeOf(api, scope);
  const sees = await checkSees(api, scope, place);
  return sees.state === 'missing' ? [sees] : [sees, await checkWebhooks(api, scope, place)];
}

async function checkSees({ http, path }: GiteaApi, scope: string, { itself }: Place): Promise<RightReport> {
  const right = 'read:repository';
  const answer = await http.request({ method: 'GET', url: path(itself), accept: [403, 404] });
  if (answer.status < 400) return { right, state: 'ok', message: `The token sees ${scope}` };
  return { right, state: 'missing', message: `The token does not see ${scope}${wordsOf(answer)}` };
}

async function checkWebhooks(
  { http, path }: GiteaApi,
  scope: string,
  { level, webhooks }: Place,
): Promise<RightReport> {
  const right = roles[level];
  if (webhooks === undefined) return { right, state: 'missing', message: noWebhooks(scope) };
  // A webhook without type and address is never made, and is refused as such only to those who may make one.
  const answer = await http.request({
    method: 'POST',
    url: path(webhooks),
    json: {},
    accept: [400, 403, 404, 422],
  });
  if (answer.status === 400 || answer.status === 422) {
    return { right, state: 'ok', message: `The token may register webhooks of ${scope}` };
  }
  const message = `The token may not register webhooks of ${scope}: its user must be ${right}${wordsOf(answer)}`;
  return { right, state: 'missing', message };
}

/** The host's own words, which name the token's missing permission: "required scope(s): [write:organization]". */
function wordsOf(answer: HttpAnswer): string {
  if (answer.status !== 403) return '';
  const said = z.object({ message: z.string().min(1).max(500) }).safeParse(answer.json()).data;
  return said === undefined ? '' : `; the host says: ${said.message}`;
}
