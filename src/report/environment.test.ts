import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesGlob } from '../kit/glob.ts';
import { describeEnvironment, environmentTypeOf } from './environment.ts';

describe('the type by the words of the name', () => {
  test.each([
    [
      'production',
      'prod',
      'PRODUCTION',
      'prod-east',
      'prod_east',
      'production(us-east)',
      'prd (eu-central)',
      'live',
      'eu-west-prod',
      'us-prod-1',
      'prod01',
    ],
    [
      'staging',
      'east-staging',
      'stàging',
      'stg2',
      'pre-prod',
      'Pre Production',
      'preprod',
      'internal',
      'stage',
    ],
    ['testing', 'qa:1', 'qa1', 'uat2', 'test', 'integration', 'nonprod-qa', 'e2e test'],
    ['development', 'mary-dev:1', 'trunk alpha', 'dev1', 'dev-prod', 'Develop'],
    ['unmapped', 'banana-east', 'internet', '製造', 'non-prod', 'not prod', 'productions', '', '1', 'x'],
  ] as const)('%s', (type, ...names) => {
    for (const name of names) expect([name, environmentTypeOf(name)]).toEqual([name, type]);
  });
});

test('a type that is given goes before the name, a rule too', () => {
  const rules = { production: ['eu-*', 'kunde?'], unmapped: ['*-sandbox'], testing: ['eu-test'] };
  expect(environmentTypeOf('banana', { type: 'production' })).toBe('production');
  expect(environmentTypeOf('prod', { type: ' Staging ' })).toBe('staging');
  expect(environmentTypeOf('banana', { type: 'prod' })).toBe('production');
  expect(environmentTypeOf('prod', { type: 'unmapped' })).toBe('unmapped');
  expect(environmentTypeOf('prod', { type: 'banana' })).toBe('production');
  expect(environmentTypeOf('EU-west', { rules })).toBe('production');
  expect(environmentTypeOf('Kunde7', { rules })).toBe('production');
  expect(environmentTypeOf('prod-sandbox', { rules })).toBe('unmapped');
  expect(environmentTypeOf('qa', { rules })).toBe('testing');
  expect(environmentTypeOf('eu-west', { rules, type: 'dev' })).toBe('development');
});

test('an environment keeps its own name; the id is the same however the name is cased', () => {
  expect(describeEnvironment(' EU West-prod ')).toEqual({
    id: 'eu west-prod',
    displayName: 'EU West-prod',
    type: 'production',
  });
  expect(describeEnvironment('Prod', { id: 'env-123' }).id).toBe('env-123');
});

describe('globs', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 12 });
  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '?'), maxLength: 8 });

  test('mean what a pattern of the same shape means', () => {
    fc.assert(
      fc.property(text, glob, (name, mask) => {
        const pattern = new RegExp(`^${mask.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesGlob(name, mask)).toBe(pattern.test(name));
      }),
    );
  });

  test('take marks of patterns as they are', () => {
    expect(matchesGlob('a.b', 'a.b')).toBe(true);
    expect(matchesGlob('axb', 'a.b')).toBe(false);
    expect(matchesGlob('[a]', '[a]')).toBe(true);
  });
});
