import { sql } from 'kysely';
import { TielineError } from '../../../kit/errors.ts';
import type { RoleGrant } from '../actors.ts';
import type { Change } from '../changes.ts';
import { ancestorsOf } from '../scopes.ts';
import { renewSessionsOf } from '../sessions/session-store.ts';
import { type Account, getAccountIn, subjectOf } from './account-store.ts';
import { assertAdministratorLeft } from './last-administrator.ts';

/**
 * Gives an account a role in a scope, in place of another that a person gave it there.
 * @throws request-invalid for a service account outside its own scope: whoever may make tokens for it would gain there
 * @throws last-administrator when the role is lower than the one that the last administrator has
 */
export async function grantRole(change: Change, account: Account, grant: RoleGrant): Promise<Account> {
  const { scope, role } = grant;
  if (account.kind === 'service-account' && !ancestorsOf(scope).includes(account.scope)) {
    throw new TielineError(
      'request-invalid',
      `The service account "${account.name}" lies in ${account.scope} and can have roles there and below, not in ${scope}`,
      { fields: [{ path: 'scope', message: `must be ${account.scope} or below it` }] },
    );
  }
  if (scope === 'account' && role !== 'administrator')
    await assertAdministratorLeft(change, account, 'person');
  await sql`
    insert into role_grants (account_id, scope, role, source, granted_at)
    values (${account.id}, ${scope}, ${role}, 'person', ${change.now})
    on conflict (account_id, scope, source) do update set role = excluded.role, granted_at = excluded.granted_at
  `.execute(change.trx);
  await change.note({ action: 'role.granted', scope, subject: subjectOf(account), details: { role } });
  return withNewRoles(change, account);
}

/**
 * Takes away the role that a person gave an account in a scope.
 * @throws resource-not-found when there is none, last-administrator
 */
export async function revokeRole(change: Change, account: Account, scope: string): Promise<Account> {
  if (scope === 'account') await assertAdministratorLeft(change, account, 'person');
  const gone = await sql<{ role: string }>`
    delete from role_grants where account_id = ${account.id} and scope = ${scope} and source = 'person'
    returning role`.execute(change.trx);
  const [revoked] = gone.rows;
  if (revoked === undefined) {
    const byGroup = account.roles.some((role) => role.scope === scope && role.source === 'group');
    const why = byGroup ? ' by a person: the one it has comes from a group' : '';
    throw new TielineError(
      'resource-not-found',
      `No role in ${scope} was given to ${subjectOf(account).name}${why}`,
    );
  }
  await change.note({ action: 'role.revoked', scope, subject: subjectOf(account), details: revoked });
  return withNewRoles(change, account);
}

async function withNewRoles(change: Change, { id }: Account): Promise<Account> {
  await renewSessionsOf(change, id);
  return getAccountIn(change, id);
}
