import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HookSignature } from '../kit/code-host.ts';
import { Secret } from '../kit/secret.ts';
import { isSigned } from './hook-signature.ts';

const prefixed: HookSignature = { type: 'hmac', headers: [{ name: 'x-hub-signature', prefix: 'sha256=' }] };
const bare: HookSignature = { type: 'hmac', headers: [{ name: 'x-gitness-signature', prefix: '' }] };
const token: HookSignature = { type: 'token', header: 'x-gitlab-token' };
const body = Buffer.from('Hello World!');
const secret = new Secret("It's a Secret to Everybody");
// Atlassian's own example of a signed webhook.
const known = 'a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9';
const hook = (headers: Record<string, string>) => ({ headers, body });

describe('a webhook', () => {
  it('is known by the signature that its host documents', () => {
    expect(isSigned(prefixed, hook({ 'x-hub-signature': `sha256=${known}` }), [secret])).toBe(true);
    expect(isSigned(bare, hook({ 'x-gitness-signature': known.toUpperCase() }), [secret])).toBe(true);
    expect(isSigned(token, hook({ 'x-gitlab-token': "It's a Secret to Everybody" }), [secret])).toBe(true);
  });

  it('is known by any of the secrets while they are rotated', () => {
    const headers = { 'x-hub-signature': `sha256=${known}` };
    expect(isSigned(prefixed, hook(headers), [new Secret('next'), secret])).toBe(true);
  });

  it.each<[string, HookSignature, Record<string, string>]>([
    ['no signature', prefixed, {}],
    ['a signature without its prefix', prefixed, { 'x-hub-signature': known }],
    ['a prefix where none belongs', bare, { 'x-gitness-signature': `sha256=${known}` }],
    ['half a signature', prefixed, { 'x-hub-signature': `sha256=${known.slice(0, 32)}` }],
    ['a signature of something else', prefixed, { 'x-hub-signature': `sha256=${'0'.repeat(64)}` }],
    ['what is no hex', prefixed, { 'x-hub-signature': `sha256=${'z'.repeat(64)}` }],
    ['no token', token, {}],
    ['another token', token, { 'x-gitlab-token': 'guess' }],
    ['an empty token', token, { 'x-gitlab-token': '' }],
  ])('with %s is refused', (_what, signature, headers) => {
    expect(isSigned(signature, hook(headers), [secret])).toBe(false);
  });

  it('is never known by an empty secret', () => {
    const digest = createHmac('sha256', '').update(body).digest('hex');
    expect(isSigned(bare, hook({ 'x-gitness-signature': digest }), [new Secret('')])).toBe(false);
    expect(isSigned(token, hook({ 'x-gitlab-token': '' }), [new Secret('')])).toBe(false);
  });
});
