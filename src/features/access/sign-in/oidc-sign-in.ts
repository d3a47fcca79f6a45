import { sql } from 'kysely';
import type { Database, Vault } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import { Secret } from '../../../kit/secret.ts';
import { createUser } from '../accounts/account-store.ts';
import { type Change, type Changes, hubItself } from '../changes.ts';
import { startSession } from '../sessions/session-store.ts';
import { replaceGroupRoles } from './group-roles.ts';
import { type Identity, type OidcProvider, type PendingSignIn, pendingSchema } from './oidc-provider.ts';
import type { OidcSettings } from './settings.ts';
import { authorOf, noteFailure, noteSignIn, type SignedInUser } from './sign-in-notes.ts';

/** Sign-in by OpenID Connect. */
export interface OidcSignIn {
  /** What the button says behind "Sign in with". */
  label: string;
  /** Where to send the browser, and what it must bring back as a cookie. @throws sign-in-unavailable */
  begin(): Promise<{ url: URL; cookie: string }>;
  /**
   * Signs in who came back, gives the secret of a new session.
   * @throws sign-in-refused, sign-in-unavailable
   */
  finish(returned: { query: URLSearchParams; cookie: string | undefined; ip: string }): Promise<string>;
}

const cookieContext = 'oidc-sign-in';

export function createOidcSignIn(options: {
  settings: OidcSettings;
  provider: OidcProvider;
  database: Database;
  vault: Vault;
  changes: Changes;
}): OidcSignIn {
  const { settings, provider, vault, changes } = options;
  const open = async (cookie: string | undefined): Promise<PendingSignIn> => {
    try {
      const text = await vault.unsealText(Buffer.from(cookie ?? '', 'base64url'), cookieContext);
      return pendingSchema.parse(JSON.parse(text));
    } catch (cause) {
      // None, an old one, or somebody else's: an address that was sent to somebody must not sign them in.
      throw new TielineError(
        'sign-in-refused',
        'This sign-in was not begun in this browser, or too long ago',
        {
          hint: 'Start again from the sign-in page.',
          cause,
        },
      );
    }
  };

  return {
    label: settings.label,
    async begin() {
      const { url, pending } = await provider.begin();
      const sealed = await vault.seal(new Secret(JSON.stringify(pending)), cookieContext);
      return { url, cookie: sealed.toString('base64url') };
    },
    async finish({ query, cookie, ip }) {
      const identity = await provider.finish(query, await open(cookie));
      const user = await changes.make({ actor: hubItself, ip }, (change) =>
        admit(change, identity, settings),
      );
      if ('refusedBecause' in user) {
        await noteFailure(changes, {
          ip,
          method: 'oidc',
          name: identity.verifiedEmail ?? identity.subject,
          reason: user.refusedBecause,
        });
        throw new TielineError('sign-in-refused', user.refusedBecause, {
          hint: 'Show this to an administrator of the hub, who can add you or give you access.',
        });
      }
      return changes.make({ actor: authorOf(user), ip }, async (change) => {
        await replaceGroupRoles(change, user, identity.groups ?? []);
        await noteSignIn(change, user, 'oidc');
        return startSession(change, { accountId: user.id, method: 'oidc' });
      });
    },
  };
}

interface UserRow extends SignedInUser {
  issuer: string | null;
  subject: string | null;
  disabled: boolean;
}
const columns = sql`id, name, email, issuer, subject, disabled_at is not null as disabled`;

/** The user of an identity: known by it, else by the verified address, else new where that is allowed. */
async function admit(
  change: Change,
  identity: Identity,
  { unknownUsers }: OidcSettings,
): Promise<SignedInUser | { refusedBecause: string }> {
  const { issuer, subject, verifiedEmail, name } = identity;
  const found = await sql<UserRow>`
    select ${columns} from accounts
    where kind = 'user' and ((issuer = ${issuer} and subject = ${subject}) or email = ${verifiedEmail ?? null})
    order by (issuer = ${issuer} and subject = ${subject}) desc nulls last limit 1 for update`.execute(
    change.trx,
  );
  const [known] = found.rows;
  if (known === undefined) {
    if (verifiedEmail === undefined) {
      return {
        refusedBecause: `${issuer} names no verified e-mail address for you, and no user is known by you`,
      };
    }
    if (unknownUsers === 'refuse') return { refusedBecause: `There is no user ${verifiedEmail}` };
    const made = await createUser(change, { name: name ?? verifiedEmail, email: verifiedEmail });
    return tie(change, { ...made, email: verifiedEmail }, identity);
  }
  if (known.disabled) return { refusedBecause: `The user ${known.email} is disabled` };
  if (known.issuer === issuer && known.subject === subject) return known;
  if (known.issuer !== null) {
    return { refusedBecause: `The user ${known.email} belongs to somebody else at ${known.issuer}` };
  }
  return tie(change, known, identity);
}

/** From now on the user is known by the issuer's own name for it, whatever becomes of the address. */
async function tie(change: Change, user: SignedInUser, { issuer, subject }: Identity): Promise<SignedInUser> {
  await sql`update accounts set issuer = ${issuer}, subject = ${subject} where id = ${user.id}`.execute(
    change.trx,
  );
  await change.note({
    action: 'user.tied',
    scope: 'account',
    subject: { kind: 'user', id: user.id, name: user.email },
    details: { issuer, subject },
  });
  return user;
}
