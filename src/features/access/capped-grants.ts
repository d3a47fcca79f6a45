import { type Role, type RoleGrant, rankOf } from './actors.ts';
import { ancestorsOf } from './scopes.ts';

/**
 * What a token may do for its account at this moment: nowhere more than the account, nowhere more than the token's
 * own role, and nothing outside the token's scope. Empty when nothing is left.
 */
export function capGrants(token: RoleGrant, account: readonly RoleGrant[]): RoleGrant[] {
  return account.flatMap(({ scope, role }) => {
    const overlap = narrower(token.scope, scope);
    return overlap === undefined ? [] : [{ scope: overlap, role: lower(token.role, role) }];
  });
}

/** The scope that lies in the other; undefined when they lie apart. */
function narrower(one: string, other: string): string | undefined {
  if (ancestorsOf(one).includes(other)) return one;
  return ancestorsOf(other).includes(one) ? other : undefined;
}

const lower = (one: Role, other: Role): Role => (rankOf(one) < rankOf(other) ? one : other);
