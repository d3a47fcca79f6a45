import { subjectOf } from '../accounts/account-store.ts';
import type { Change, ChangeAuthor, Changes } from '../changes.ts';
import type { SignInMethod } from '../sessions/session-store.ts';

/** The user as it is known when it signs in. */
export interface SignedInUser {
  id: string;
  name: string;
  email: string;
}

const subject = (user: SignedInUser) => subjectOf({ kind: 'user', ...user });

/** A user as the author of its own sign-in. */
export const authorOf = ({ id, name }: SignedInUser): ChangeAuthor => ({ kind: 'user', id, name });

/** Somebody of whom nothing is known yet. */
export const somebody: ChangeAuthor = {
  kind: 'anonymous',
  id: '00000000-0000-0000-0000-000000000000',
  name: 'somebody not signed in',
};

/** Writes down that a user signed in. */
export const noteSignIn = ({ note }: Change, user: SignedInUser, method: SignInMethod): Promise<void> =>
  note({ action: 'user.signed-in', scope: 'account', subject: subject(user), details: { method } });

/** Writes down that a user signed out, in one browser or everywhere. */
export const noteSignOut = ({ note }: Change, user: SignedInUser, sessions: number | 'this'): Promise<void> =>
  note({
    action: 'user.signed-out',
    scope: 'account',
    subject: subject(user),
    details: { sessions },
  });

/**
 * Writes down that somebody failed to sign in. What was typed in place of an e-mail address is not kept: it may be a
 * password.
 */
export async function noteFailure(
  changes: Changes,
  failure: { ip: string; method: SignInMethod; user?: SignedInUser; name?: string; reason: string },
): Promise<void> {
  const { ip, method, user, name, reason } = failure;
  await changes.make({ actor: somebody, ip }, ({ note }) =>
    note({
      action: 'user.sign-in-failed',
      scope: 'account',
      subject: user === undefined ? { kind: 'user', id: '', name: name ?? 'unknown' } : subject(user),
      details: { method, reason },
    }),
  );
}
