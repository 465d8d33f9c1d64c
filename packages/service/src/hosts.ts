import { isIP } from 'node:net';

/** The host of a `host` header or a URL without its port, in lower case: `[::1]:4000` is `::1`. */
export function hostName(host: string): string {
  const name = /^\[([^\]]*)\](?::\d*)?$|^([^:]*)(?::\d*)?$/.exec(host);
  return (name?.[1] ?? name?.[2] ?? host).toLowerCase().replace(/\.$/, '');
}

/** Whether a host, as `hostName` gives it, is this machine whoever says so: no name server can make it another one. */
export function isLoopbackHost(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}
