import { tryParseId } from '@kronos/subgraph';
import { z } from 'zod';
import type { Resource, Subject } from './access.decide.ts';

/** How many entries there may be on one thing. */
export const maxEntriesPerThing = 1_000;

const actionPattern = /^[a-z][a-z0-9_]*:[a-z][a-z0-9_-]*$/;
const longestAction = 64;
const typePattern = /^[a-z](?:[a-z_]{0,61}[a-z])?$/;

/** Whether this is the name of an action, such as `events:update`. */
export function isAction(value: string): boolean {
  return value.length <= longestAction && actionPattern.test(value);
}

/** Whether ids of some type may begin with this. */
export function isResourceType(value: string): boolean {
  return typePattern.test(value);
}

/** Whom an id names; null when it is no `User`, `Role` or `Group`. */
export function toSubject(id: string): Subject | null {
  const parsed = tryParseId(id);
  if (!parsed) return null;
  const { prefix, uuid } = parsed;
  return prefix === 'user' || prefix === 'role' || prefix === 'group' ? { kind: prefix, id: uuid } : null;
}

/** The thing that an id names; null when it is no id. */
export function toThing(id: string): (Resource & { id: string }) | null {
  const parsed = tryParseId(id);
  return parsed && { type: parsed.prefix, id: parsed.uuid };
}

const oneResource = 'Give a thing or a type, and not both.';

/** What `aclEntryGrant` takes at the moment `now`. */
export function grantShape(now: Date) {
  return z
    .object({
      subjectId: z.string(),
      action: z.string().refine(isAction, 'An action is a domain and a verb, such as events:update.'),
      resourceId: z
        .string()
        .refine((id) => toThing(id) !== null, 'This is no id.')
        .nullish(),
      resourceType: z
        .string()
        .refine(isResourceType, 'A type is what ids of it begin with, such as event.')
        .nullish(),
      effect: z.enum(['ALLOW', 'DENY']),
      expiresAt: z
        .date()
        .refine((date) => date > now, 'The end must be in the future.')
        .nullish(),
    })
    .refine(({ resourceId, resourceType }) => Boolean(resourceId) !== Boolean(resourceType), {
      path: ['resourceId'],
      error: oneResource,
    })
    .transform(({ resourceId, resourceType, expiresAt, ...rest }) => ({
      ...rest,
      expiresAt: expiresAt ?? null,
      resource: (resourceId ? toThing(resourceId) : { type: resourceType, id: null }) as Resource,
    }));
}
