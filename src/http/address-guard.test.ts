import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createAddressGuard, defaultDenyList, parseRanges } from './address-guard.ts';

const guardOf = (allow: string[] = [], resolveName?: () => Promise<{ address: string; family: number }[]>) =>
  createAddressGuard({
    deny: parseRanges(defaultDenyList, 'The deny list'),
    allow: parseRanges(allow, 'allowAddresses'),
    resolveName,
  });

describe('the default deny list', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '2001:0:1::1',
    '2002:7f00:1::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('denies %s', (address) => {
    expect(guardOf().allows(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '100.128.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
    '2002:101:101::1',
    '2606:4700::1111',
  ])('allows %s', (address) => {
    expect(guardOf().allows(address)).toBe(true);
  });
});

describe('allowAddresses', () => {
  it.each([
    ['127.0.0.1/32', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1/32', '::ffff:127.0.0.1', true],
    ['127.0.0.1/32', '127.0.0.2', false],
    ['10.0.0.0/8', '127.0.0.1', false],
    ['fd00::/8', 'fd12::1', true],
    ['0.0.0.0/0', '::1', false],
  ])('%s for %s: %s', (range, address, expected) => {
    expect(guardOf([range]).allows(address)).toBe(expected);
  });

  it('refuses what is no range, naming the setting', () => {
    expect(() => parseRanges(['10.0.0.0/33'], 'allowAddresses of site')).toThrow(
      'allowAddresses of site holds "10.0.0.0/33"',
    );
  });
});

describe('checkLiteral', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/latest/meta-data',
  ])('denies %s, saying which setting allows it', (url) => {
    expect(() => guardOf().checkLiteral(new URL(url))).toThrow(
      expect.objectContaining({ code: 'address-denied', hint: expect.stringContaining('allowAddresses') }),
    );
  });

  it('leaves names to the lookup', () => {
    expect(() => guardOf().checkLiteral(new URL('http://localhost/'))).not.toThrow();
  });
});

describe('lookup', () => {
  const lookupAll = (guard: ReturnType<typeof guardOf>, hostname: string) =>
    promisify(guard.lookup)(hostname, { all: true });
  const resolvesTo =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  it('gives the socket nothing but the addresses that may be called', async () => {
    const guard = guardOf([], resolvesTo('10.0.0.1', '1.1.1.1', '::ffff:10.0.0.1'));
    expect(await lookupAll(guard, 'mixed.example')).toEqual([{ address: '1.1.1.1', family: 4 }]);
  });

  it('names the host and its address when none may be called', async () => {
    await expect(lookupAll(guardOf([], resolvesTo('10.0.0.1')), 'inside.example')).rejects.toMatchObject({
      code: 'address-denied',
      message: 'inside.example resolves to 10.0.0.1, which may not be called',
      details: { host: 'inside.example', address: '10.0.0.1' },
    });
  });

  it('takes a name without any address for an unresolved one', async () => {
    await expect(lookupAll(guardOf([], resolvesTo()), 'empty.example')).rejects.toMatchObject({
      code: 'name-unresolved',
    });
  });
});
