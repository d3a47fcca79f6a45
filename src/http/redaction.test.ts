import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import { createRedaction, redactError } from './redaction.ts';

const mask = '[secret]';
const maskable = fc
  .string({ unit: 'binary', minLength: 4, maxLength: 40 })
  .filter((text) => !mask.includes(text));

const redactionOf = (...secrets: string[]) => {
  const redaction = createRedaction();
  redaction.add(secrets);
  return redaction;
};

describe('redaction', () => {
  it.each([
    ['as it is', 'pass/wörd "1"', 'pass/wörd "1"'],
    ['in a URL', 'pass/wörd "1"', 'pass%2Fw%C3%B6rd%20%221%22'],
    ['in a URL with small digits', 'pass/wörd "1"', 'pass%2fw%c3%b6rd%20%221%22'],
    ['in a form', 'pass/wörd "1"', 'pass%2Fw%C3%B6rd+%221%22'],
    ['in JSON', 'pass/wörd "1"', 'pass/wörd \\"1\\"'],
    ['in JSON with escaped slashes', 'pass/wörd "1"', 'pass\\/wörd \\"1\\"'],
    ['in JSON of ASCII only', 'pass/wörd "1"', 'pass/w\\u00f6rd \\"1\\"'],
    ['in HTML', 'pass/wörd "1"', 'pass/wörd &quot;1&quot;'],
    ['with the signs of a pattern', 'a.b*c(d)|[e]\\f$', 'a.b*c(d)|[e]\\f$'],
  ])('masks a secret %s', (_where, secret, written) => {
    expect(redactionOf(secret).redact(`<${written}>`)).toBe(`<${mask}>`);
  });

  it('masks the longer of two secrets that begin alike', () => {
    expect(redactionOf('open', 'open-sesame').redact('open-sesame, open')).toBe(`${mask}, ${mask}`);
  });

  it('leaves a text alone when no secret is known, and secrets too short to hide', () => {
    expect(redactionOf().redact('a text')).toBe('a text');
    expect(redactionOf('abc').redact('abc')).toBe('abc');
  });

  it('keeps the last two of a secret that is renewed', () => {
    const redaction = createRedaction();
    for (const token of ['first-token', 'second-token', 'third-token']) redaction.addRenewed('key', token);
    expect(redaction.redact('first-token second-token third-token')).toBe(`first-token ${mask} ${mask}`);
  });

  it('never leaves the clear text of any secret in any text', () => {
    const texts = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(maskable, { minLength: 1, maxLength: 4 }), texts, (secrets, parts) => {
        const redact = redactionOf(...secrets).redact;
        const text = secrets.map((secret, index) => secret + (parts[index] ?? secret)).join(parts[0]);
        const redacted = [redact(text), redact(JSON.stringify(text)), redact(encodeURI(text.toWellFormed()))];
        for (const secret of secrets) {
          for (const result of redacted) expect(result).not.toContain(secret);
          expect(redacted[1]).not.toContain(JSON.stringify(secret).slice(1, -1));
          expect(redact(encodeURIComponent(text))).not.toContain(encodeURIComponent(secret));
        }
      }),
    );
  });

  it('never leaves a secret that its mask or the text around it would spell anew', () => {
    const piece = fc.constantFrom('[', ']', 'secret', '[secret]', 'a', 'b', 't]a', '[se');
    const pieces = (minLength: number, maxLength: number) =>
      fc.array(piece, { minLength, maxLength }).map((parts) => parts.join(''));
    const secret = pieces(2, 6).filter((text) => text.length >= 4 && !mask.includes(text));
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), pieces(0, 12), (secrets, text) => {
        const redacted = redactionOf(...secrets).redact(`${text}${secrets.join('a')}${text}`);
        // A text that defeats the mask is given up whole; only then may the mask itself hold the end.
        if (redacted !== mask) for (const one of secrets) expect(redacted).not.toContain(one);
      }),
    );
  });

  it('keeps everything of an error but the secret', () => {
    const after = new Date(0);
    const error = new TielineError('remote-failed', 'no hunter22', {
      hint: 'not hunter22',
      retry: { after },
      details: { status: 500, answer: 'hunter22!' },
    });
    expect(redactError(error, redactionOf('hunter22').redact)).toMatchObject({
      code: 'remote-failed',
      message: `no ${mask}`,
      hint: `not ${mask}`,
      retry: { after },
      details: { status: 500, answer: `${mask}!` },
    });
  });
});
