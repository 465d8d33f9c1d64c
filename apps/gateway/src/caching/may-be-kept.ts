import type { GatewayContext } from '../context.ts';

/** Whoever has no credentials. */
export function isStranger({ authorization, caller }: GatewayContext): boolean {
  return authorization === undefined && caller.viewer === null;
}

/** What has brought cookies or headers of subgraphs is for the one who asked. */
export function mayBeKept({ notes }: GatewayContext): boolean {
  if (!notes) return true;
  if (notes.cookies.length > 0 || [...notes.others()].length > 0) return false;
  return !/no-store|no-cache|private/.test(notes.cacheControl() ?? '');
}
