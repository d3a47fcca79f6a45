import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { clearText, composeSecret, maskSecrets, Secret } from './secret.ts';

const token = new Secret('hunter2-hunter2');

it('a composed secret shows what was no secret, and holds all of it', () => {
  const composed = composeSecret(['Bearer ', token, '!']);
  expect(`${composed} ${JSON.stringify({ composed })} ${inspect(composed)}`).toBe(
    'Bearer [secret]! {"composed":"Bearer [secret]!"} Bearer [secret]!',
  );
  expect(clearText(composed)).toBe('Bearer hunter2-hunter2!');
  expect(`${composeSecret([composed, ' and ', composed])}`).toBe('Bearer [secret]! and Bearer [secret]!');
});

it.each([
  ['in a text', 'x hunter2-hunter2 y', 'x [secret] y'],
  ['several times', 'hunter2-hunter2hunter2-hunter2', '[secret][secret]'],
  [
    'in lists and maps, names too',
    [{ 'a hunter2-hunter2': ['hunter2-hunter2', 5, null] }],
    [{ 'a [secret]': ['[secret]', 5, null] }],
  ],
  ['nowhere', { a: 'hunter2', b: true }, { a: 'hunter2', b: true }],
])('is masked %s', (_, value, expected) => {
  expect(maskSecrets(value, [token])).toEqual(expected);
});

it('is masked as it is written in addresses and in JSON', () => {
  const awkward = new Secret('p"ss w/rd\n');
  const told = { url: `?t=${encodeURIComponent('p"ss w/rd\n')}`, body: JSON.stringify({ t: 'p"ss w/rd\n' }) };
  expect(maskSecrets(told, [awkward])).toEqual({ url: '?t=[secret]', body: '{"t":"[secret]"}' });
});

it('leaves no end of one where two overlap', () => {
  const secrets = [new Secret('abcdef'), new Secret('defghi'), new Secret('ab')];
  expect(maskSecrets('xabcdefghix ab', secrets)).toBe('x[secret]x ab');
});

it('is masked where only a part of a composed one is shown', () => {
  const composed = composeSecret(['user:', token]);
  expect(maskSecrets('user:hunter2-hunter2 and hunter2-hunter2', [composed])).toBe('[secret] and [secret]');
});
