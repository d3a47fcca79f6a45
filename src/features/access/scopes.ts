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
 * A condition for SQL: the scope in the column is the caller's own, or below it. What one may not see is then neither
 * listed nor counted.
 */
export function withinScope(column: string, scope: string): RawBuilder<boolean> {
  if (scope === 'account') return sql<boolean>`true`;
  return sql<boolean>`(${sql.ref(column)} = ${scope} or starts_with(${sql.ref(column)}, ${`${scope}/`}))`;
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
