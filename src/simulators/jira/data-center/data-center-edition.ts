import { type Answer, Refusal, refuseFields } from '../answer.ts';
import type { Edition } from '../edition.ts';
import type { Incoming } from '../route.ts';
import { type SeedAccount, userName } from '../seed.ts';
import type { World } from '../world.ts';
import type { Version } from './version.ts';

/** After so many wrong passwords Jira wants a CAPTCHA, which no program can give, even with the right one. */
const mostWrongPasswords = 3;

const unauthorized = (reason: string) =>
  new Refusal({
    status: 401,
    headers: { 'x-seraph-loginreason': reason, 'www-authenticate': 'OAuth realm="https%3A%2F%2Fsimulated"' },
    body: { message: 'Client must be authenticated to access this resource.', 'status-code': 401 },
  });

/** The key by which Jira knows an account whatever its name: `JIRAUSER` and a number since 8.4. */
export const userKey = (world: World, account: SeedAccount): string =>
  `JIRAUSER${10_100 + world.seed.accounts.indexOf(account)}`;

/** As whom Jira saw a caller, on what it answered well; a refusal says it itself. */
export function signedInHeaders(world: World, request: Incoming, answer: Answer): Record<string, string> {
  if (answer.status >= 400 || !request.path.includes('/rest/')) return {};
  const account = world.edition.findAccount(world, request);
  if (account === undefined) return { 'x-ausername': 'anonymous', 'x-seraph-loginreason': 'OUT' };
  return { 'x-ausername': encodeURIComponent(userName(account)), 'x-seraph-loginreason': 'OK' };
}

/** Self-hosted Jira of a version: wiki text, user names, personal access tokens, and passwords below 11. */
export function createDataCenterEdition(version: Version): Edition {
  const wrongPasswords = new Map<string, number>();

  function byPassword(world: World, value: string): SeedAccount {
    if (!version.takesPasswords) {
      throw new Refusal({
        status: 403,
        body: { message: 'Basic Authentication has been disabled on this instance.' },
      });
    }
    const pair = Buffer.from(value, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    const name = pair.slice(0, colon).toLowerCase();
    const account = world.seed.accounts.find((one) => userName(one).toLowerCase() === name);
    const wrong = wrongPasswords.get(name) ?? 0;
    if (account !== undefined && wrong >= mostWrongPasswords) {
      throw new Refusal({
        status: 403,
        headers: {
          'x-seraph-loginreason': 'AUTHENTICATION_DENIED',
          'x-authentication-denied-reason': `CAPTCHA_CHALLENGE; login-url=${world.siteUrl()}/login.jsp`,
        },
        html: '<!doctype html><title>Forbidden (403)</title><h1>Forbidden (403)</h1>',
      });
    }
    if (account?.active && account.password !== undefined && account.password === pair.slice(colon + 1)) {
      wrongPasswords.delete(name);
      return account;
    }
    wrongPasswords.set(name, wrong + 1);
    throw new Refusal({
      status: 401,
      headers: { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' },
      html: '<!doctype html><title>Unauthorized (401)</title><h1>Unauthorized (401)</h1>',
    });
  }

  function findAccount(world: World, request: Incoming): SeedAccount | undefined {
    const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
    if (scheme.toLowerCase() === 'basic') return byPassword(world, value);
    if (scheme.toLowerCase() !== 'bearer' || !version.takesTokens) return undefined;
    const account = world.seed.accounts.find((one) => one.active && one.apiToken === value);
    if (account === undefined) throw unauthorized('AUTHENTICATED_FAILED');
    return account;
  }

  return {
    name: 'data-center',
    apiVersions: ['2'],
    writeLimits: [],
    keepText: (text) => text,
    findAccount,
    refuseNobody: () => unauthorized('OUT'),
    // Documented are 201 and 400 alone.
    refuseCreate: () =>
      refuseFields({ project: 'You do not have permission to create issues in this project.' }),
    showUser: (world, api, account) => ({
      self: `${world.restBase()}/rest/api/${api}/user?username=${encodeURIComponent(userName(account))}`,
      key: userKey(world, account),
      name: userName(account),
      emailAddress: account.email,
      avatarUrls: { '48x48': `${world.siteUrl()}/secure/useravatar?avatarId=10122` },
      displayName: account.displayName,
      active: account.active,
      deleted: false,
      timeZone: account.timeZone,
      locale: 'en_US',
    }),
    delivery: {
      userAgent: `Atlassian HttpClient / JIRA-${version.text}`,
      isTracked: false,
      // The dollar was lost on the way to 10.
      variable: version.hasNewWebhooks ? /\{([a-zA-Z.]+)\}/g : /\$\{([a-zA-Z.]+)\}/g,
      addsUser: !version.hasNewWebhooks,
      userIds: (world, account) => ({ id: userName(account), key: userKey(world, account) }),
    },
    projectDetails: { projectTypeKey: 'software', archived: false },
  };
}
