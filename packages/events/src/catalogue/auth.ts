import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

/** Events of accounts and sessions. */
export const authEvents = defineEvents('auth', {
  /** Someone has signed up; `users` makes their profile of it. */
  userCreated: {
    payload: z.object({ userId: z.uuid(), displayName: z.string(), roles: z.array(z.string()) }),
    personal: { of: 'userId', fields: ['displayName'] },
  },
  /** A session has ended before its time; its access tokens are worth nothing from now on. */
  sessionRevoked: {
    payload: z.object({ sessionId: z.uuid(), userId: z.uuid() }),
    key: 'userId',
  },
  /** An API token is worth nothing from now on. */
  apiTokenRevoked: {
    payload: z.object({ apiTokenId: z.uuid(), userId: z.uuid() }),
    key: 'userId',
  },
  /** `actorId` acts under the name of `userId` no more. */
  impersonationEnded: {
    payload: z.object({ impersonationId: z.uuid(), userId: z.uuid(), actorId: z.uuid() }),
    key: 'userId',
  },
  /** Something that somebody's security depends on has been added to the trail; `kind` is one of the graph's. */
  securityEventRaised: {
    payload: z.object({ securityEventId: z.uuid(), userId: z.uuid().nullable(), kind: z.string() }),
    key: 'userId',
  },
  /** An OAuth client may ask for other scopes than before, or for none: it was deleted. */
  oauthClientChanged: {
    payload: z.object({ clientId: z.uuid(), scopes: z.array(z.string()), isDeleted: z.boolean() }),
  },
  ...personalDataEvents('auth'),
});
