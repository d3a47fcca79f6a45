import { expect, it } from 'vitest';
import { createPasswordHashes } from './password-hash.ts';

it('a hash has OWASP’s parameters in it, and only its own password matches', async () => {
  const hashes = createPasswordHashes();
  const hash = await hashes.make('a boat on a quiet lake');
  expect(hash).toMatch(/^scrypt\$131072\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  expect(await hashes.matches('a boat on a quiet lake', hash)).toBe(true);
  expect(await hashes.matches('a boat on a quiet lak', hash)).toBe(false);
});

it('a hash of other parameters still matches, and nothing matches no hash', async () => {
  const hash = await createPasswordHashes({ N: 1_024, r: 8, p: 1 }).make('an older password');
  const hashes = createPasswordHashes({ N: 2_048, r: 8, p: 2 });
  expect(await hashes.matches('an older password', hash)).toBe(true);
  expect(await hashes.matches('', undefined)).toBe(false);
});
