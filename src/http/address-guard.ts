import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ErrorCode } from '../kit/error-catalogue.ts';
import { TielineError } from '../kit/errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A parsed CIDR range. */
export type AddressRange = [Address, number];

/** Finds the addresses of a name; rejects with Node's DNS errors. Replaced in tests. */
export type ResolveName = (hostname: string) => Promise<{ address: string; family: number }[]>;

/**
 * What may not be called unless a target allows it: everything that is not the public internet, after IANA's
 * special-purpose registries, and the metadata services of the clouds, of which Azure's has a public address.
 */
export const defaultDenyList: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** IPv6 ranges that carry an IPv4 address, and the byte at which it begins: RFC 4291, 6052 and 3056. */
const carriers: { range: AddressRange; at: number }[] = [
  { range: ipaddr.parseCIDR('::ffff:0:0/96'), at: 12 },
  { range: ipaddr.parseCIDR('64:ff9b::/96'), at: 12 },
  { range: ipaddr.parseCIDR('2002::/16'), at: 2 },
];

const isWithin = (address: Address, [network, bits]: AddressRange) =>
  address.kind() === network.kind() && address.match(network, bits);

/** The address, and the IPv4 address that it leads to. */
function meanings(text: string): Address[] {
  const address = ipaddr.parse(text);
  const carrier = carriers.find(({ range }) => isWithin(address, range));
  if (carrier === undefined) return [address];
  return [address, ipaddr.fromByteArray(address.toByteArray().slice(carrier.at, carrier.at + 4))];
}

/**
 * Parses CIDR ranges; a lone address is a range of one.
 * @throws TielineError with the code given and the name of the setting, when one is neither.
 */
export function parseRanges(
  texts: readonly string[],
  setting: string,
  code: ErrorCode = 'configuration-invalid',
): AddressRange[] {
  return texts.map((text) => {
    if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
    if (ipaddr.isValid(text)) {
      const address = ipaddr.parse(text);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    }
    throw new TielineError(code, `${setting} holds "${text}", which is not a CIDR range`, {
      hint: 'Write ranges such as 10.0.0.0/8 or fd00::/8.',
    });
  });
}

/** Says which addresses may be called. */
export interface AddressGuard {
  allows(address: string): boolean;
  /** Throws `address-denied` when the URL's host is a literal address that may not be called. */
  checkLiteral(url: URL): void;
  /** Resolves a name for a socket, which then connects to an address that was checked and to no other. */
  lookup: LookupFunction;
}

/** A guard that denies what is in `deny` unless it is also in `allow`. */
export function createAddressGuard(options: {
  deny: AddressRange[];
  allow: AddressRange[];
  resolveName?: ResolveName;
}): AddressGuard {
  const { deny, allow, resolveName = (hostname) => lookup(hostname, { all: true }) } = options;

  const allows = (text: string) => {
    const isIn = (ranges: AddressRange[], address: Address) =>
      ranges.some((range) => isWithin(address, range));
    return meanings(text).every((address) => isIn(allow, address) || !isIn(deny, address));
  };

  const resolveAllowed = async (hostname: string) => {
    const addresses = await resolveName(hostname);
    const [first] = addresses;
    if (first === undefined) {
      throw new TielineError('name-unresolved', `The name ${hostname} has no address`);
    }
    const allowed = addresses.filter(({ address }) => allows(address));
    if (allowed.length === 0)
      throw denied(`${hostname} resolves to ${first.address}`, hostname, first.address);
    return allowed;
  };

  return {
    allows,
    checkLiteral(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (ipaddr.isValid(host) && !allows(host)) throw denied(`The address is ${host}`, host, host);
    },
    lookup(hostname, lookupOptions, callback) {
      resolveAllowed(hostname).then(
        (allowed) => {
          const [first] = allowed;
          if (lookupOptions.all || first === undefined) callback(null, allowed);
          else callback(null, first.address, first.family);
        },
        (error) => callback(error, []),
      );
    },
  };
}

function denied(what: string, host: string, address: string): TielineError {
  const range = `${address}/${ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128}`;
  return new TielineError('address-denied', `${what}, which may not be called`, {
    hint: `If it is meant, add ${range} to "allowAddresses" of the connection.`,
    details: { host, address },
  });
}
