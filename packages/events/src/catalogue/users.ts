import { z } from 'zod';
import { defineEvents } from './define.ts';

/** Events of people and what they may do. */
export const usersEvents = defineEvents('users', {
  /** A person's profile has changed. */
  userUpdated: {
    payload: z.object({ userId: z.uuid() }),
    key: 'userId',
  },
  /** A person's roles or scopes are now these; `auth` puts them into the next access token. */
  accessChanged: {
    payload: z.object({
      userId: z.uuid(),
      roles: z.array(z.string()),
      scopes: z.array(z.string()),
      /** Those they belong to; unknown for events of before there were groups. */
      groups: z.array(z.uuid()).optional(),
    }),
    key: 'userId',
  },
  /** Someone may do something with something from now on, or may not, or an entry that said so is no more. */
  aclEntryChanged: {
    payload: z.object({
      entryId: z.uuid(),
      /** `user:<uuid>`, `group:<uuid>` or `role:<name>`. */
      subject: z.string(),
      /** Such as `events:update`. */
      action: z.string(),
      /** What ids of the type begin with, such as `event`. */
      resourceType: z.string(),
      /** Null: all things of the type. */
      resourceId: z.uuid().nullable(),
      effect: z.enum(['ALLOW', 'DENY']),
      /** Null: never. */
      expiresAt: z.iso.datetime().nullable(),
      isRevoked: z.boolean(),
    }),
  },
  /** A group is no more, nor are entries that named it. */
  groupDeleted: { payload: z.object({ groupId: z.uuid() }) },
});
