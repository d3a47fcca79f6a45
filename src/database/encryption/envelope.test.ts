import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encrypt, findDecrypted, findKeyId } from './envelope.ts';

const key = randomBytes(32);
const keyIds = fc.integer({ min: 0, max: 0xffffffff });

it('gives back what was sealed, and the id of its key', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), keyIds, (clear, context, keyId) => {
      const sealed = encrypt(key, keyId, Buffer.from(clear), context);
      expect(findKeyId(sealed)).toBe(keyId);
      expect(findDecrypted(key, sealed, context)).toEqual(Buffer.from(clear));
    }),
  );
});

it('opens nothing that was changed in any bit, cut, or moved to another context', () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.string(),
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      (clear, context, at, bit) => {
        const sealed = encrypt(key, 1, Buffer.from(clear), context);
        const changed = Buffer.from(sealed);
        const index = at % sealed.length;
        changed.writeUInt8(changed.readUInt8(index) ^ (1 << bit), index);
        expect(findDecrypted(key, changed, context)).toBeUndefined();
        expect(findDecrypted(key, sealed.subarray(0, index), context)).toBeUndefined();
        expect(findDecrypted(key, sealed, `${context}.`)).toBeUndefined();
        expect(findDecrypted(randomBytes(32), sealed, context)).toBeUndefined();
      },
    ),
  );
});

it('opens no bytes that it did not make', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(findDecrypted(key, Buffer.from(bytes), '')).toBeUndefined();
    }),
  );
});
