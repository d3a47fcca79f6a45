import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import { createUser, findUser, subjectOf } from '../accounts/account-store.ts';
import { grantRole } from '../accounts/role-grants.ts';
import { hasRole } from '../actors.ts';
import type { Change, Changes } from '../changes.ts';
import type { Credentials } from '../credentials.ts';
import { endSessionsOf, renewSessionsOf, startSession } from '../sessions/session-store.ts';
import { createAttempts } from './attempts.ts';
import { getInvited, spendInvitation } from './invitations.ts';
import { createPasswordHashes } from './password-hash.ts';
import { assertFitPassword } from './password-rules.ts';
import { findPasswordHash, putPassword } from './passwords.ts';
import type { PasswordCost } from './settings.ts';
import { authorOf, noteFailure, noteSignIn, type SignedInUser, somebody } from './sign-in-notes.ts';

/** Sign-in by password. Whatever succeeds gives the secret of a new session. */
export interface LocalSignIn {
  /** @throws sign-in-refused in the same words for every reason, sign-in-limited */
  signIn(given: { email: string; password: string; ip: string }): Promise<string>;
  /** Sets the password of an invited user and signs in. @throws sign-in-refused, password-unfit */
  accept(given: { invitation: string; password: string; ip: string }): Promise<string>;
  /** Who an invitation is for. @throws sign-in-refused */
  getInvited(invitation: string): Promise<SignedInUser>;
  /** Whether the hub has no user yet. */
  isFirstStart(): Promise<boolean>;
  /**
   * Makes the first user, who administers the account, for whoever has an account administrator's API token.
   * @throws sign-in-refused for another token, or when there is a user; sign-in-limited, password-unfit
   */
  makeFirstUser(given: {
    token: string;
    name: string;
    email: string;
    password: string;
    ip: string;
  }): Promise<string>;
  /**
   * Changes the password of a user who knows it, and ends every session but one.
   * @throws sign-in-refused, sign-in-limited, password-unfit
   */
  changePassword(given: {
    user: SignedInUser;
    current: string;
    next: string;
    session: string | undefined;
    ip: string;
  }): Promise<void>;
}

export function createLocalSignIn(options: {
  database: Database;
  changes: Changes;
  credentials: Credentials;
  now(): Date;
  passwordCost?: PasswordCost;
}): LocalSignIn {
  const { database, changes, credentials, now } = options;
  const attempts = createAttempts(database, now);
  const hashes = createPasswordHashes(options.passwordCost);

  const start = async (change: Change, user: SignedInUser): Promise<string> => {
    await noteSignIn(change, user, 'password');
    return startSession(change, { accountId: user.id, method: 'password' });
  };

  /** The user whose password this is; undefined, after the same time, for whatever else. */
  const findByPassword = async (email: string, password: string): Promise<SignedInUser | undefined> => {
    const user = await findUserByEmail(database, email);
    const hash = user && (await findPasswordHash(database, user.id));
    const matches = await hashes.matches(password, hash);
    return matches && user?.disabledAt === null ? { ...user, email } : undefined;
  };

  return {
    async signIn({ email: typed, password, ip }) {
      const email = typed.trim().toLowerCase();
      const who = { account: email, address: ip };
      await attempts.take(who);
      const user = await findByPassword(email, password);
      if (user === undefined) {
        const known = await findUserByEmail(database, email);
        await noteFailure(changes, {
          ip,
          method: 'password',
          user: known && { ...known, email },
          name: z.email().safeParse(email).success ? email : undefined,
          reason: 'the e-mail address or the password is wrong, or the user is shut out',
        });
        throw new TielineError('sign-in-refused', 'The e-mail address or the password is wrong');
      }
      await attempts.forgive(who);
      return changes.make({ actor: authorOf(user), ip }, (change) => start(change, user));
    },

    getInvited: (invitation) => getInvited(database, invitation, now()),

    async accept({ invitation, password, ip }) {
      const user = await getInvited(database, invitation, now());
      assertFitPassword(password);
      const hash = await hashes.make(password);
      return changes.make({ actor: authorOf(user), ip }, async (change) => {
        await spendInvitation(change, invitation);
        await putPassword(change, user.id, hash);
        await endSessionsOf(change, user.id);
        await notePassword(change, user);
        return start(change, user);
      });
    },

    async isFirstStart() {
      const found = await sql`select from accounts where kind = 'user' limit 1`.execute(database.kysely);
      return found.rows.length === 0;
    },

    async makeFirstUser({ token, name, email, password, ip }) {
      const who = { account: 'the first user', address: ip };
      await attempts.take(who);
      const actor = await credentials.find(token.trim());
      if (!hasRole(actor, 'administrator', 'account')) {
        throw new TielineError('sign-in-refused', 'This is not the API token that the hub printed', {
          hint: 'It begins with tieline_at_ and stands in the output of the first start.',
        });
      }
      assertFitPassword(password);
      const hash = await hashes.make(password);
      const secret = await changes.make({ actor: actor ?? somebody, ip }, async (change) => {
        await sql`select pg_advisory_xact_lock(hashtextextended('tieline-first-user', 0))`.execute(
          change.trx,
        );
        const others = await sql`select from accounts where kind = 'user' limit 1`.execute(change.trx);
        if (others.rows.length > 0) throw new TielineError('sign-in-refused', 'There is a user already');
        const user = await createUser(change, { name, email });
        await grantRole(change, user, { scope: 'account', role: 'administrator' });
        await putPassword(change, user.id, hash);
        return start(change, { ...user, email });
      });
      await attempts.forgive(who);
      return secret;
    },

    async changePassword({ user, current, next, session, ip }) {
      const who = { account: user.email, address: ip };
      await attempts.take(who);
      if ((await findByPassword(user.email, current)) === undefined) {
        throw new TielineError('sign-in-refused', 'The current password is wrong', {
          hint: 'An administrator can make a link with which you set a new one.',
        });
      }
      await attempts.forgive(who);
      assertFitPassword(next);
      const hash = await hashes.make(next);
      await changes.make({ actor: authorOf(user), ip }, async (change) => {
        await putPassword(change, user.id, hash);
        await endSessionsOf(change, user.id, session);
        await renewSessionsOf(change, user.id);
        await notePassword(change, user);
      });
    },
  };
}

const notePassword = ({ note }: Change, user: SignedInUser) =>
  note({
    action: 'user.password-changed',
    scope: 'account',
    subject: subjectOf({ kind: 'user', ...user }),
  });

/** By e-mail address only: an id is not what one signs in with. */
async function findUserByEmail(database: Database, email: string) {
  return email.includes('@') ? findUser(database, email) : undefined;
}
