import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Layout: version (1 byte), data key id (4, big-endian), nonce (12), tag (16), ciphertext. */
const version = 1;
const headLength = 5;
const nonceLength = 12;
const tagLength = 16;
const shortest = headLength + nonceLength + tagLength;

/** The head and the context are bound to the ciphertext: moved to another row, it does not open. */
function boundText(head: Buffer, context: string): Buffer {
  return Buffer.concat([head, Buffer.from(context, 'utf8')]);
}

/** AES-256-GCM (NIST SP 800-38D) with a random nonce; `context` must be given again to open it. */
export function encrypt(key: Buffer, keyId: number, clear: Buffer, context: string): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt8(version, 0);
  head.writeUInt32BE(keyId, 1);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundText(head, context));
  const body = Buffer.concat([cipher.update(clear), cipher.final()]);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), body]);
}

/** The id of the key that made it; undefined for what {@link encrypt} did not make. */
export function findKeyId(sealed: Buffer): number | undefined {
  if (sealed.length < shortest || sealed.readUInt8(0) !== version) return undefined;
  return sealed.readUInt32BE(1);
}

/** The clear bytes; undefined when the key or the context is another, or a bit was changed. */
export function findDecrypted(key: Buffer, sealed: Buffer, context: string): Buffer | undefined {
  if (findKeyId(sealed) === undefined) return undefined;
  const nonce = sealed.subarray(headLength, headLength + nonceLength);
  const tag = sealed.subarray(headLength + nonceLength, shortest);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
    .setAAD(boundText(sealed.subarray(0, headLength), context))
    .setAuthTag(tag);
  const clear = decipher.update(sealed.subarray(shortest));
  try {
    return Buffer.concat([clear, decipher.final()]);
  } catch (error) {
    // final() throws only for a tag that does not match
    if (error instanceof Error) return undefined;
    throw error;
  }
}
