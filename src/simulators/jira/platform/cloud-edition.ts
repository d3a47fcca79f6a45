import { platformErrors, Refusal, refuse } from '../answer.ts';
import type { Edition } from '../edition.ts';
import { getGatewayCaller } from '../oauth/platform-routes.ts';
import type { Incoming } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { documentOf } from './rich-text.ts';

function refusal(reason: string): Refusal {
  return new Refusal({
    status: 401,
    headers: { 'x-seraph-loginreason': reason, 'www-authenticate': 'OAuth realm="https%3A%2F%2Fsimulated"' },
    body: platformErrors(['Client must be authenticated to access this resource.']),
  });
}

/** Basic authentication with e-mail and API token; wrong ones are 401, unless the site is switched to treat them as none. */
function findAccount(world: World, request: Incoming): SeedAccount | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  // What stands there is known already, or the request would not have come through.
  if (request.listener === 'gateway') return getGatewayCaller(world, request).account;
  const [scheme = '', value = ''] = header.split(' ');
  if (scheme.toLowerCase() !== 'basic') {
    // What Jira says to a Bearer token that no app of its own has issued.
    throw new Refusal({ status: 403, body: { error: 'Failed to parse Connect Session Auth Token' } });
  }
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const email = pair.slice(0, colon).toLowerCase();
  const account = world.seed.accounts.find(
    (one) => one.active && one.email.toLowerCase() === email && one.apiToken === pair.slice(colon + 1),
  );
  if (account !== undefined) return account;
  if (world.switches.wrongCredentialsAreAnonymous) return undefined;
  throw refusal('AUTHENTICATED_FAILED');
}

/** Jira Cloud: documents, account ids, e-mail and API token, a limit for each issue. */
export const cloudEdition: Edition = {
  name: 'cloud',
  apiVersions: ['2', '3'],
  writeLimits: [
    { writes: 20, withinMs: 2_000 },
    { writes: 100, withinMs: 30_000 },
  ],
  keepText: documentOf,
  findAccount,
  refuseNobody: (request) =>
    refusal(request.headers.authorization === undefined ? 'OUT' : 'AUTHENTICATED_FAILED'),
  refuseCreate: () => refuse(403, 'You do not have permission to create issues in this project.'),
  showUser: (world, api, account) => ({
    self: `${world.restBase()}/rest/api/${api}/user?accountId=${encodeURIComponent(account.accountId)}`,
    accountId: account.accountId,
    accountType: 'atlassian',
    ...(account.showsEmail && { emailAddress: account.email }),
    displayName: account.displayName,
    active: account.active,
    timeZone: account.timeZone,
  }),
  delivery: {
    userAgent: 'Atlassian Webhook HTTP Client',
    isTracked: true,
    variable: /\$\{([a-zA-Z.]+)\}/g,
    addsUser: false,
    userIds: (_world, { accountId }) => ({ id: accountId, key: accountId }),
  },
  projectDetails: {
    projectTypeKey: 'software',
    simplified: false,
    style: 'classic',
    isPrivate: false,
    properties: {},
  },
};
