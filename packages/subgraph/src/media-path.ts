/**
 * Whether this names a place in the company's store of files: an `https` or `s3` address, or a path that stays within
 * whatever folder it is taken in.
 */
export function isMediaPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return false;
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return URL.canParse(path) && isElsewhere(new URL(path));
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** No address of a machine by its number, nor one with a password: a service will go there. */
function isElsewhere({ protocol, username, password, hostname }: URL): boolean {
  if (protocol === 's3:') return !username && !password;
  const isNamed = /\.[a-z]{2,}$/i.test(hostname);
  return protocol === 'https:' && isNamed && !username && !password;
}
