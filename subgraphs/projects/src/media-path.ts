import { neededText } from './inputs.ts';

const elsewhere = new Set(['https:', 's3:']);

/**
 * Whether this names a place in the company's store of files: an `https` or `s3` address, or a path that stays within
 * whatever folder it is taken in.
 */
export function isMediaPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return false;
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return URL.canParse(path) && elsewhere.has(new URL(path).protocol);
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Where a file lies. */
export function mediaPath(name: string) {
  return neededText(500, name).refine(
    isMediaPath,
    `${name} must be a path without “..”, or an https or s3 address.`,
  );
}
