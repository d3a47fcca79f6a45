import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNameRefusal, suggestBranchName } from './branch-name.ts';

describe('the suggested name', () => {
  it.each([
    ['MYT-1', 'Checkout shows the total', 'MYT-1-checkout-shows-the-total'],
    ['MYT-2', "  Don't   charge twice!  ", 'MYT-2-dont-charge-twice'],
    ['MYT-3', 'Größe & Straße: Übergröße', 'MYT-3-grosse-strasse-ubergrosse'],
    ['MYT-4', 'Łódź — œuvre naïve', 'MYT-4-lodz-oeuvre-naive'],
    ['MYT-5', '支払いが二重になる', 'MYT-5'],
    ['MYT-6', '../../etc/passwd.lock', 'MYT-6-etc-passwd-lock'],
    ['A_B-7', 'Ship v1.2', 'A_B-7-ship-v1-2'],
    ['MYT-8', `${'word '.repeat(40)}`, `MYT-8${'-word'.repeat(15)}`],
  ])('of %s, %s is %s', (key, summary, name) => {
    expect(suggestBranchName(key, summary)).toBe(name);
  });

  it('is one that git takes, whatever the summary', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (summary) => {
        const name = suggestBranchName('MYT-1', summary);
        expect(name).toMatch(/^MYT-1(-[a-z0-9]+)*$/);
        expect(name.length).toBeLessThanOrEqual(80);
        expect(findNameRefusal(name)).toBeUndefined();
      }),
    );
  });
});

it.each([
  'MYT-1-total',
  'feature/MYT-1',
  'a@b',
  'größe',
  'HEAD',
  '',
  '-x',
  '/x',
  'x/',
  'a//b',
  '.a',
  'a/.b',
  'a.',
  'a..b',
  'a.lock',
  'a.lock/b',
  'a b',
  'a~b',
  'a^b',
  'a:b',
  'a?b',
  'a*b',
  'a[b',
  'a\\b',
  'a@{b',
  'a\tb',
])('of the name %j it thinks as git does', (name) => {
  const git = spawnSync('git', ['check-ref-format', '--branch', name]);
  expect(findNameRefusal(name) === undefined).toBe(git.status === 0);
});
