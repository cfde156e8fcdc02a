import { BlockList, isIP, isIPv4 } from 'node:net';
import { SettingsError } from '#server/settings/settings.ts';

/** Gives the caller's address from the socket's and, behind trusted proxies only, `X-Forwarded-For`. */
export type AddressReader = (socketAddress: string | undefined, forwardedFor: string | null) => string | null;

/** @throws SettingsError for an entry that is neither an address nor a CIDR. */
export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const trusted = blockListOf(trustedProxies);
  const isTrusted = (address: string) => trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  return (socketAddress, forwardedFor) => {
    let address = normalise(socketAddress ?? '');
    if (address === null) return null;
    // Each proxy appends whom it heard from: only what trusted ones wrote, read from the right, is more than a claim.
    const hops = forwardedFor === null ? [] : forwardedFor.split(',');
    while (isTrusted(address)) {
      const next = normalise(hops.pop()?.trim() ?? '');
      if (next === null) break;
      address = next;
    }
    return address;
  };
}

/** What limits are counted by: an IPv6 customer has a whole /64. */
export function addressGroup(address: string): string {
  if (isIPv4(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')}::/64`;
}

function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const version = isIP(address);
    const prefix = bits === undefined ? null : Number(bits);
    const type = version === 4 ? 'ipv4' : 'ipv6';
    const longest = version === 4 ? 32 : 128;
    if (version === 0 || (prefix !== null && !(Number.isInteger(prefix) && prefix >= 0 && prefix <= longest))) {
      throw new SettingsError('Guildhall cannot start: TRUSTED_PROXIES has an entry that is no address and no CIDR.');
    }
    if (prefix === null) list.addAddress(address, type);
    else list.addSubnet(address, prefix, type);
  }
  return list;
}

/** Without port, brackets and the IPv4-in-IPv6 prefix; null for what is no address. */
function normalise(value: string): string | null {
  const bare = value.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  const address = bare.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  return isIP(address) ? address : null;
}
