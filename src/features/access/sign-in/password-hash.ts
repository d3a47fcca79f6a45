import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { PasswordCost } from './settings.ts';

/** OWASP's first choice for scrypt (Password Storage Cheat Sheet, 2023): 128 MiB and about 0.3 s for each. */
const usualCost: PasswordCost = { N: 2 ** 17, r: 8, p: 1 };
const saltBytes = 16;
const keyBytes = 32;

/** Turns passwords into what may be stored. One at a time: each takes 128 MiB, and threads that others need too. */
export interface PasswordHashes {
  /** `scrypt$N$r$p$salt$key`, so that the parameters may rise one day. */
  make(password: string): Promise<string>;
  /** Takes as long without a hash as with one, so that an unknown name is not known by its speed. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

export function createPasswordHashes(cost: PasswordCost = usualCost): PasswordHashes {
  const nobodysHash = ['scrypt', cost.N, cost.r, cost.p, 'A'.repeat(22), 'A'.repeat(43)].join('$');
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    async make(password) {
      const salt = randomBytes(saltBytes);
      const key = await inTurn(() => derive(password, salt, cost));
      const { N, r, p } = cost;
      return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
    },
    async matches(password, hash) {
      const [, N, r, p, salt = '', key = ''] = (hash ?? nobodysHash).split('$');
      const expected = Buffer.from(key, 'base64url');
      const parameters = { N: Number(N), r: Number(r), p: Number(p) };
      const given = await inTurn(() => derive(password, Buffer.from(salt, 'base64url'), parameters));
      return given.length === expected.length && timingSafeEqual(given, expected) && hash !== undefined;
    },
  };
}

/** The same password typed on two keyboards may come in two forms of Unicode: RFC 8265 §4.2.2. */
function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // Node's own limit is 32 MiB.
  const maxmem = 256 * 1024 * 1024;
  scrypt(password.normalize('NFC'), salt, keyBytes, { ...options, maxmem }, (error, key) =>
    error === null ? resolve(key) : reject(error),
  );
  return promise;
}
