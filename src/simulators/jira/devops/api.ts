import type { Answer, Refusal } from '../answer.ts';
import type { RouteRequest } from '../route.ts';
import type { DevopsKind } from '../seed.ts';

/** Which scope a request needs: Connect's words. */
export type Scope = 'READ' | 'WRITE' | 'DELETE';

/** A request by a known provider: the app or the OAuth client whose data this is. */
export interface DevopsCall {
  provider: string;
  request: RouteRequest;
}

/** One address of an API, e.g. `/bulk`, below the API's version. */
export interface DevopsRoute {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  scope: Scope;
  handle(call: DevopsCall): Answer;
}

/** One of the three APIs; the site and the gateway serve the same routes. */
export interface DevopsApi {
  kind: DevopsKind;
  version: string;
  routes: DevopsRoute[];
  /** A refusal in this API's own error shape. */
  refuse: RefuseWith;
}

/** Makes a refusal in the shape of an API. */
export type RefuseWith = (status: number, ...messages: string[]) => Refusal;

/** The answer to a write or delete that Jira takes and works on later. */
export const taken: Answer = { status: 202 };
