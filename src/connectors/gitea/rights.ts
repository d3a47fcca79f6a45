import { z } from 'zod';
import type { RightReport } from '../../kit/code-host.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
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
  const place = await placeOf(api, scope).catch(asTielineError);
  if (place instanceof TielineError) {
    if (place.code !== 'remote-forbidden') throw place;
    const said = wordsOf(String(place.details.answer ?? ''));
    const message = `The token may not find out what ${scope} is${said}`;
    return [{ right: 'read:organization', neededFor: 'reading', state: 'missing', message }];
  }
  const sees = await checkSees(api, scope, place);
  return sees.state === 'missing' ? [sees] : [sees, await checkWebhooks(api, scope, place)];
}

async function checkSees({ http, path }: GiteaApi, scope: string, { itself }: Place): Promise<RightReport> {
  const about = { right: 'read:repository', neededFor: 'reading' } as const;
  const answer = await http.request({ method: 'GET', url: path(itself), accept: [403, 404] });
  if (answer.status < 400) return { ...about, state: 'ok', message: `The token sees ${scope}` };
  return { ...about, state: 'missing', message: `The token does not see ${scope}${wordsOf(answer.text)}` };
}

async function checkWebhooks(
  { http, path }: GiteaApi,
  scope: string,
  { level, webhooks }: Place,
): Promise<RightReport> {
  const about = { right: roles[level], neededFor: 'webhooks' } as const;
  if (webhooks === undefined) return { ...about, state: 'missing', message: noWebhooks(scope) };
  // A webhook without type and address is never made, and is refused as such only to those who may make one.
  const answer = await http.request({
    method: 'POST',
    url: path(webhooks),
    json: {},
    accept: [400, 403, 404, 422],
  });
  if (answer.status === 400 || answer.status === 422) {
    return { ...about, state: 'ok', message: `The token may register webhooks of ${scope}` };
  }
  const message = `The token may not register webhooks of ${scope}: its user must be ${about.right}${wordsOf(answer.text)}`;
  return { ...about, state: 'missing', message };
}

const refusal = z.object({ message: z.string().min(1).max(500) });

/** The host's own words, which name the token's missing permission: "required scope(s): [write:organization]". */
function wordsOf(answer: string): string {
  try {
    const said = refusal.safeParse(JSON.parse(answer)).data;
    return said === undefined ? '' : `; the host says: ${said.message}`;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return '';
    throw thrown;
  }
}
