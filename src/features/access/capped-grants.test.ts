import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type RoleGrant, rankOf, roleIn, roles } from './actors.ts';
import { capGrants } from './capped-grants.ts';
import { ancestorsOf } from './scopes.ts';

const scopes = ['account', 'acme', 'acme/shop', 'acme/pay', 'other', 'other/shop'];
const grant = fc.record<RoleGrant>({ scope: fc.constantFrom(...scopes), role: fc.constantFrom(...roles) });

it('a token has in each scope the lower of its own role and its account’s, and nothing elsewhere', () => {
  fc.assert(
    fc.property(
      grant,
      fc.array(grant, { maxLength: 4 }),
      fc.constantFrom(...scopes),
      (token, account, scope) => {
        const ofAccount = roleIn(account, scope);
        const covered = ancestorsOf(scope).includes(token.scope);
        const ranks = [rankOf(token.role), ofAccount === undefined ? -1 : rankOf(ofAccount)];
        const expected = covered ? roles[Math.min(...ranks)] : undefined;
        expect(roleIn(capGrants(token, account), scope)).toBe(expected);
      },
    ),
  );
});
