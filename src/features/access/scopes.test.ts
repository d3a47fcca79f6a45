import { describe, expect, it } from 'vitest';
import { ancestorsOf, resolveReference, scopeSchema } from './scopes.ts';

describe('a scope', () => {
  it.each(['account', 'acme', 'acme/shop', '_a/b-c', 'Account_2/x', `a/${'b'.repeat(64)}`])(
    '%s is one',
    (scope) => {
      expect(scopeSchema.safeParse(scope).success).toBe(true);
    },
  );

  it.each([
    '',
    '/',
    'acme/',
    '/shop',
    'a/b/c',
    '1a',
    'a b',
    'a.b',
    'account/shop',
    `a/${'b'.repeat(65)}`,
    'ä',
  ])('%j is none', (scope) => {
    expect(scopeSchema.safeParse(scope).success).toBe(false);
  });

  it.each([
    ['account', ['account']],
    ['acme', ['acme', 'account']],
    ['acme/shop', ['acme/shop', 'acme', 'account']],
  ])('%s lies in %j', (scope, ancestors) => {
    expect(ancestorsOf(scope)).toEqual(ancestors);
  });
});

describe('a reference', () => {
  it.each([
    ['x', 'account', 'account', 'x'],
    ['x', 'acme', 'acme', 'x'],
    ['x', 'acme/shop', 'acme/shop', 'x'],
    ['org.x', 'acme', 'acme', 'x'],
    ['org.x', 'acme/shop', 'acme', 'x'],
    ['account.x', 'account', 'account', 'x'],
    ['account.x', 'acme/shop', 'account', 'x'],
    ['account.x.y', 'acme', 'account', 'x.y'],
    ['x.y', 'acme', 'acme', 'x.y'],
  ])('%s seen from %s leads to %s: %s', (reference, from, scope, name) => {
    expect(resolveReference(reference, from)).toEqual({ scope, name });
  });

  it('to an organization leads nowhere from the account', () => {
    expect(() => resolveReference('org.x', 'account')).toThrow(
      expect.objectContaining({ code: 'reference-not-found' }),
    );
  });
});
