import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What the tokens of the product begin with, so that secret scanners know them. */
export const tokenPrefixes = {
  apiToken: 'tieline_at_',
  connectKey: 'tieline_ck_',
  /** Lets a Jira read what a link shows; see the Data Center panel. */
  panelToken: 'tieline_pt_',
} as const;
export type TokenKind = keyof typeof tokenPrefixes;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bodyLength = 40;
const checksumLength = 6;

/** A new token: its text, to be shown once; the hash, to be stored; and a hint by which people tell tokens apart. */
export function makeToken(kind: TokenKind): { text: string; hash: Buffer; hint: string } {
  // 40 characters of 62 are 238 bits. A byte of 248 or more is thrown away, so that each character is as likely.
  let body = '';
  while (body.length < bodyLength) {
    for (const byte of randomBytes(bodyLength)) {
      if (byte < 248 && body.length < bodyLength) body += alphabet[byte % 62];
    }
  }
  const text = `${tokenPrefixes[kind]}${body}${checksum(body)}`;
  return { text, hash: hashToken(text), hint: `${tokenPrefixes[kind]}…${text.slice(-4)}` };
}

/** Whether a text can be a token of this kind at all: prefix, length, checksum. Saves a look into the database. */
export function looksLikeToken(text: string, kind: TokenKind): boolean {
  const prefix = tokenPrefixes[kind];
  if (!text.startsWith(prefix) || text.length !== prefix.length + bodyLength + checksumLength) return false;
  const body = text.slice(prefix.length, prefix.length + bodyLength);
  return text.endsWith(checksum(body));
}

/** A token holds enough chance that a plain hash cannot be undone by trying; no slow hash is needed. */
export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  while (text.length < checksumLength) {
    text = `${alphabet[rest % 62]}${text}`;
    rest = Math.floor(rest / 62);
  }
  return text;
}
