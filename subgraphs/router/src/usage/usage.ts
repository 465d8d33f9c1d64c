import { subjectOf } from '@kronos/edge-rules';
import { encodeId } from '@kronos/subgraph';
import { maySeeUsage } from '../access.rules.ts';
import type { Context } from '../context.ts';
import { milliseconds } from '../duration.rules.ts';
import type { Usage } from './load-usage.ts';

const hourMs = 3_600_000;
/** What is older is kept no more. */
export const keptDays = 400;

/** What a client application has used lately. @param id a UUID */
export function usageOfClient(id: string, window: string, { loaders }: Context): Promise<Usage> {
  return loaders.usage.load({
    subject: subjectOf({ client: { id }, viewer: null, address: '' }),
    from: startOf(window),
  });
}

/** What a person has used lately, for those who may know. @param id a UUID */
export function usageOfUser(id: string, window: string, { loaders, viewer }: Context): Promise<Usage> | null {
  const from = startOf(window);
  if (!maySeeUsage(viewer, id)) return null;
  const subject = subjectOf({ client: null, viewer: { userId: encodeId('user', id) }, address: '' });
  return loaders.usage.load({ subject, from });
}

/** The beginning of the hour in which a time began that ends now. */
function startOf(window: string): Date {
  return new Date(Math.floor((Date.now() - milliseconds(window, keptDays)) / hourMs) * hourMs);
}
