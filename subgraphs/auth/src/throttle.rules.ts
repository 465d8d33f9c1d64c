import { isIPv6 } from 'node:net';

/** Attempts on one account from places it was never used from, in an hour, before they have to wait. */
const freeAttempts = 20;
const longestDelaySeconds = 300;

/**
 * How long an account stays closed to unknown places after so many attempts from them within the hour: twice as long
 * each time, never longer than five minutes. One stranger alone never gets there: `throttle.ts` stops each place at 20.
 */
export function accountDelaySeconds(attempts: number): number {
  if (attempts <= freeAttempts) return 0;
  return Math.min(2 ** (attempts - freeAttempts), longestDelaySeconds);
}

/**
 * What counts as one place: an IPv4 address, or the /64 network of an IPv6 address, all of which one subscriber has.
 *
 * @param address as the gateway has it; anything that is no address is a place of its own
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  return `${firstFourGroups(address)}::/64`;
}

function firstFourGroups(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const omitted = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...omitted, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

function groupsOf(part: string): string[] {
  // A dotted end stands for two groups.
  return part === '' ? [] : part.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split(':');
}
