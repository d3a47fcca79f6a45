import { describe, expect, it } from 'vitest';
import { hashToken, looksLikeToken, makeToken, type TokenKind, tokenPrefixes } from './tokens.ts';

const kinds: TokenKind[] = ['apiToken', 'connectKey'];

describe.each(kinds)('a token, kind %s', (kind) => {
  it('has a form that a secret scanner can match', () => {
    expect(tokenPrefixes[kind]).toMatch(/^tieline_(at|ck)_$/);
    expect(makeToken(kind).text).toMatch(new RegExp(`^${tokenPrefixes[kind]}[0-9A-Za-z]{46}$`));
  });

  it('is never the same twice, nor its hash', () => {
    const made = Array.from({ length: 200 }, () => makeToken(kind));
    expect(new Set(made.map(({ text }) => text)).size).toBe(200);
    expect(new Set(made.map(({ hash }) => hash.toString('hex'))).size).toBe(200);
  });

  it('is known by its hash, and its hint gives only the end away', () => {
    const { text, hash, hint } = makeToken(kind);
    expect(hashToken(text)).toEqual(hash);
    expect(hint).toBe(`${tokenPrefixes[kind]}…${text.slice(-4)}`);
  });

  it('is told from what no hub ever made', () => {
    const { text } = makeToken(kind);
    const other = kinds.find((candidate) => candidate !== kind) ?? kind;
    const swapped = text.at(-10) === 'x' ? 'y' : 'x';
    expect(looksLikeToken(text, kind)).toBe(true);
    for (const wrong of [
      '',
      text.slice(0, -1),
      `${text}0`,
      text.toLowerCase(),
      text.slice(0, -10) + swapped + text.slice(-9),
      tokenPrefixes[kind],
    ]) {
      expect(looksLikeToken(wrong, kind)).toBe(false);
    }
    expect(looksLikeToken(text, other)).toBe(false);
  });
});
