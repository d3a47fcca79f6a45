import { z } from 'zod';
import type { Connection } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import { type Account, readAccount } from './account.ts';
import { aimAtGateway, openAtGateway } from './account-access.ts';
import type { JiraParts } from './parts.ts';
import type { Platform } from './platform-settings.ts';
import type { JiraSettings } from './settings.ts';

const clientHint =
  'Check the client id and the client secret; make new ones if they may be revoked. The account must have access to Jira.';

/** What to do about credentials that Jira refuses without a word of why. */
export const accountHints: Record<Platform['type'], string> = {
  'api-token':
    "Check that the e-mail address is that of the token's owner; if the token was revoked or has expired, make a new one at id.atlassian.com, Security, API tokens.",
  'service-account': clientHint,
  oauth: 'Press Authorise on the connection once more, as a user who may use this site.',
  'personal-access-token':
    'The token may be revoked or expired, or Jira older than 8.14: make a new one in the profile of the account, Personal access tokens.',
  password:
    'Check the user name and password by signing in with a browser; after several wrong tries Jira wants a CAPTCHA there first. Jira 11 refuses passwords: use a personal access token.',
};

/** Who we are. For a refusal it is looked at whether the credential is good, but for another way in or another site. */
export async function findAccount(connection: Connection<JiraSettings>, parts: JiraParts): Promise<Account> {
  const { platform } = connection.settings;
  return readAccount(parts.getPlatform()).catch(async (thrown: unknown) => {
    const error = asTielineError(thrown);
    if (platform?.type === 'api-token') throw await asScopedToken(connection, parts, platform, error);
    if (platform?.type === 'oauth') throw await asOtherSite(connection, parts, platform, error);
    throw error;
  });
}

async function asScopedToken(
  connection: Connection<JiraSettings>,
  parts: JiraParts,
  platform: Extract<Platform, { type: 'api-token' }>,
  error: TielineError,
): Promise<TielineError> {
  if (platform.scoped || error.code !== 'remote-unauthorized') return error;
  const there = await readAccount(openAtGateway(connection, platform, parts.cloudId)).catch(asTielineError);
  const isGood = !(there instanceof TielineError) || /scope/i.test(String(there.details.answer));
  if (!isGood) return error;
  return new TielineError(
    error.code,
    'The API token was made with scopes, and Jira takes it at the gateway alone',
    {
      hint: 'Say in the connection that it is a token with scopes.',
      details: error.details,
      cause: error,
    },
  );
}

const resources = z.array(z.object({ id: z.string(), url: z.string() }));

/** Statuses with which the gateway meets a token that is for other sites. */
const strangeSite: unknown[] = [401, 403, 404];

async function asOtherSite(
  connection: Connection<JiraSettings>,
  parts: JiraParts,
  platform: Platform,
  error: TielineError,
): Promise<TielineError> {
  if (!strangeSite.includes(error.details.status)) return error;
  const gateway = aimAtGateway(connection, platform);
  const [cloudId, answer] = await Promise.all([
    parts.cloudId().catch(asTielineError),
    gateway.request({ method: 'GET', url: '/oauth/token/accessible-resources' }).catch(asTielineError),
  ]);
  if (cloudId instanceof TielineError || answer instanceof TielineError) return error;
  const { data: sites } = resources.safeParse(answer.json());
  if (sites === undefined || sites.some(({ id }) => id === cloudId)) return error;
  const names = sites.map(({ url }) => url).join(', ') || 'no site';
  return new TielineError(
    'remote-unauthorized',
    `The user has authorised ${names}, not ${connection.settings.baseUrl}`,
    {
      hint: 'Press Authorise on the connection and choose this site, or correct the base URL.',
      details: error.details,
      cause: error,
    },
  );
}
