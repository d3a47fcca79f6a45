import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import { type Account, subjectOf } from '../accounts/account-store.ts';
import type { Change } from '../changes.ts';

/** Long enough to come back from a weekend. */
const lifeMs = 72 * 60 * 60 * 1000;
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/**
 * Makes a secret with which a user sets a password once, in place of an earlier one. A password that the user has
 * counts until then.
 */
export async function invite(
  { trx, note, now }: Change,
  user: Account,
): Promise<{ secret: string; expiresAt: Date }> {
  const secret = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + lifeMs);
  await sql`
    insert into invitations (hash, account_id, expires_at) values (${hashOf(secret)}, ${user.id}, ${expiresAt})
    on conflict (account_id) do update set hash = excluded.hash, expires_at = excluded.expires_at`.execute(
    trx,
  );
  await note({ action: 'user.invited', scope: 'account', subject: subjectOf(user), details: { expiresAt } });
  return { secret, expiresAt };
}

/** The user whom an invitation is for. @throws sign-in-refused when it is spent, ended or none */
export async function getInvited(database: Database, secret: string, now: Date): Promise<InvitedUser> {
  const found = await sql<InvitedUser>`select id, name, email ${living(secret, now)}`.execute(
    database.kysely,
  );
  return the(found.rows[0]);
}

/** Spends an invitation. @throws sign-in-refused */
export async function spendInvitation({ trx, now }: Change, secret: string): Promise<InvitedUser> {
  const found =
    await sql<InvitedUser>`select id, name, email ${living(secret, now)} for update of invitations`.execute(
      trx,
    );
  const user = the(found.rows[0]);
  await sql`delete from invitations where account_id = ${user.id}`.execute(trx);
  return user;
}

interface InvitedUser {
  id: string;
  name: string;
  email: string;
}

const living = (secret: string, now: Date) => sql`
  from invitations join accounts on id = account_id
  where hash = ${hashOf(secret)} and expires_at > ${now} and disabled_at is null`;

function the(user: InvitedUser | undefined): InvitedUser {
  if (user !== undefined) return user;
  throw new TielineError('sign-in-refused', 'This link was used, is too old, or was replaced by another', {
    hint: 'Ask an administrator for a new one.',
  });
}
