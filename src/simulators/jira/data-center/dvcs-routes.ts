import { platformErrors } from '../answer.ts';
import type { Route } from '../route.ts';
import type { World } from '../world.ts';

/** What the DVCS connector was told to read anew by a webhook that it has registered at a code host. */
export interface DvcsCall {
  /** As the connector numbers repositories. */
  repository: string;
  reads: 'commits' | 'pull-requests';
  /** Of the code host. */
  event: string | undefined;
  signature: string | undefined;
  /** The JSON that came, by itself or in the form's `payload`. */
  payload: string;
}

/** Where code hosts tell the DVCS connector of changes, without an account. A form means commits, JSON pull requests. */
export function dvcsRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      path: '/rest/bitbucket/1.0/repository/:id/sync',
      handle(request) {
        const text = request.body.toString('utf8');
        const [type = ''] = (request.headers['content-type'] ?? '').split(';');
        const isForm = type === 'application/x-www-form-urlencoded';
        if (!isForm && type !== 'application/json') {
          return { status: 415, body: platformErrors([`Unsupported Media Type: ${type}`]) };
        }
        world.dvcsCalls.push({
          repository: request.parameter('id'),
          reads: isForm ? 'commits' : 'pull-requests',
          event: request.headers['x-github-event']?.toString(),
          signature: request.headers['x-hub-signature-256']?.toString(),
          payload: isForm ? (new URLSearchParams(text).get('payload') ?? '') : text,
        });
        return { status: 200 };
      },
    },
  ];
}
