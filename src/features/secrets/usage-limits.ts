import { type RawBuilder, sql } from 'kysely';
import { TielineError } from '../../kit/errors.ts';
import type { SecretUser } from './secret-uses.ts';
import { intersectScopes, isWithin, titleOfScopes } from './usage-scope.ts';

/** Where one secret of a user may be used. */
export interface SecretLimit {
  /** The secret, or the connection through which it is read, for a sentence. */
  title: string;
  usageScopes: string[];
}

/** SQL for the limits that its secrets set to a user of secrets, as JSON. */
export function secretLimits(kind: SecretUser['kind'], idColumn: string): RawBuilder<SecretLimit[]> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object(
      'title', case when secrets.id is null then 'connection "' || via.name || '"' else 'secret "' || secrets.name || '"' end,
      'usageScopes', coalesce(secrets.usage_scopes, via.usage_scopes, array[coalesce(secrets.scope, via.scope)])
    ) order by uses.path)
    from secret_uses uses
    left join secrets on secrets.id = uses.secret_id left join connections via on via.id = uses.connection_id
    where uses.user_kind = ${kind} and uses.user_id = ${sql.ref(idColumn)}
      and coalesce(uses.secret_id, uses.connection_id) is not null), '[]')`;
}

/** The first secret that may not be used wherever its user may; undefined when all may. */
function findTooNarrow(usageScopes: string[], limits: SecretLimit[]): SecretLimit | undefined {
  return limits.find((limit) => usageScopes.some((scope) => !isWithin(scope, limit.usageScopes)));
}

/** Where a user of secrets can be used in truth, and what is wrong when that is less than it says. */
export function usageOf(user: { usageScopes: string[]; limits: SecretLimit[] }): {
  usageScope: string[];
  problem: string | null;
} {
  const { usageScopes, limits } = user;
  const usageScope = limits.reduce(
    (scopes, limit) => intersectScopes(scopes, limit.usageScopes),
    usageScopes,
  );
  const narrow = findTooNarrow(usageScopes, limits);
  return { usageScope, problem: narrow === undefined ? null : sayTooNarrow(usageScopes, narrow) };
}

/** @throws reference-out-of-scope naming the first of the secrets that may not be used wherever their user may */
export function assertWideEnough(usageScopes: string[], limits: SecretLimit[]): void {
  const narrow = findTooNarrow(usageScopes, limits);
  if (narrow === undefined) return;
  throw new TielineError('reference-out-of-scope', sayTooNarrow(usageScopes, narrow));
}

/** Why something cannot be used where it says. */
function sayTooNarrow(usageScopes: string[], { title, usageScopes: allowed }: SecretLimit): string {
  const wide = titleOfScopes(usageScopes);
  return `The ${title} may be used in ${titleOfScopes(allowed)} only, but what uses it may be used in ${wide}`;
}
