import { platformErrors, Refusal } from '../answer.ts';
import type { Incoming } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';

const clientMessage = 'Client must be authenticated to access this resource.';

function refusal(message: string, reason: string): Refusal {
  return new Refusal({
    status: 401,
    headers: { 'x-seraph-loginreason': reason, 'www-authenticate': 'OAuth realm="https%3A%2F%2Fsimulated"' },
    body: platformErrors([message]),
  });
}

/**
 * Who asks by Basic authentication with e-mail and API token. `undefined` is the anonymous reader. Wrong
 * credentials are 401 everywhere, unless the site is switched to treat them as none.
 */
export function findAccount(world: World, request: Incoming): SeedAccount | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const [scheme = '', value = ''] = header.split(' ');
  if (scheme.toLowerCase() !== 'basic') {
    // What Jira says to a Bearer token that no app of its own has issued.
    throw new Refusal({ status: 403, body: { error: 'Failed to parse Connect Session Auth Token' } });
  }
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const email = pair.slice(0, colon).toLowerCase();
  const account = world.seed.accounts.find(
    (one) => one.email.toLowerCase() === email && one.apiToken === pair.slice(colon + 1),
  );
  if (account !== undefined) return account;
  if (world.switches.wrongCredentialsAreAnonymous) return undefined;
  throw refusal(clientMessage, 'AUTHENTICATED_FAILED');
}

/** As {@link findAccount}, but nobody is 401. */
export function getAccount(world: World, request: Incoming): SeedAccount {
  const account = findAccount(world, request);
  if (account !== undefined) return account;
  throw refusal(clientMessage, request.headers.authorization === undefined ? 'OUT' : 'AUTHENTICATED_FAILED');
}

/** An account as others see it. */
export function showUser(world: World, api: string, account: SeedAccount) {
  return {
    self: `${world.siteUrl()}/rest/api/${api}/user?accountId=${encodeURIComponent(account.accountId)}`,
    accountId: account.accountId,
    accountType: 'atlassian',
    emailAddress: account.email,
    displayName: account.displayName,
    active: true,
    timeZone: account.timeZone,
  };
}
