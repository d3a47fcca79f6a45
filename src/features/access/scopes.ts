import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';

const segment = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

function isScope(text: string): boolean {
  const parts = text.split('/');
  return (
    parts.length <= 2 &&
    parts.every((part) => segment.test(part)) &&
    (parts.length === 1 || parts[0] !== 'account')
  );
}

/** A scope: `account`, an organization, or `organization/project`. Names as Harness has them. */
export const scopeSchema = z
  .string()
  .refine(isScope, { message: 'expected "account", an organization, or "organization/project"' })
  .meta({ description: '`account`, an organization, or `organization/project`.', examples: ['account'] });

/** The scope itself and the scopes above it, nearest first. */
export function ancestorsOf(scope: string): string[] {
  if (scope === 'account') return ['account'];
  const [organization, project] = scope.split('/');
  if (organization === undefined || project === undefined) return [scope, 'account'];
  return [scope, organization, 'account'];
}

/**
 * A condition for SQL: the scope in the column is one of the caller's, or below one. What one may not see is then
 * neither listed nor counted.
 */
export function withinScopes(column: string, scopes: string[]): RawBuilder<boolean> {
  if (scopes.includes('account')) return sql<boolean>`true`;
  const prefixes = scopes.map((scope) => `${scope}/`);
  return sql<boolean>`(${sql.ref(column)} = any(${scopes}::text[])
    or exists (select from unnest(${prefixes}::text[]) as prefix where starts_with(${sql.ref(column)}, prefix)))`;
}

/**
 * Where a reference leads, seen from a scope: `account.x` to the account, `org.x` to the referrer's organization,
 * `x` to the referrer's own scope.
 * @throws reference-not-found for `org.x` from the account, which has no organization.
 */
export function resolveReference(reference: string, from: string): { scope: string; name: string } {
  if (reference.startsWith('account.')) return { scope: 'account', name: reference.slice('account.'.length) };
  if (reference.startsWith('org.')) {
    if (from === 'account') {
      throw new TielineError(
        'reference-not-found',
        `"${reference}" is used in the account, which has no organization`,
      );
    }
    return { scope: from.split('/')[0] ?? from, name: reference.slice('org.'.length) };
  }
  return { scope: from, name: reference };
}
