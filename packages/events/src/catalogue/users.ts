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
});
