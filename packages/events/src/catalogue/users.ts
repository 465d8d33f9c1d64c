import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

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
  /**
   * What roles or groups give has changed, for more people than can be announced at once: `accessChanged` follows for each
   * of them.
   */
  rightsChanged: { payload: z.object({}) },
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
  /** An account is closed for a time: `auth` ends its sessions and lets nobody log in. `actorId` is who did it. */
  userSuspended: {
    payload: z.object({ userId: z.uuid(), actorId: z.uuid().nullable() }),
    key: 'userId',
  },
  /** An account is open again. */
  userReinstated: {
    payload: z.object({ userId: z.uuid(), actorId: z.uuid().nullable() }),
    key: 'userId',
  },
  /** One domain is to erase what it keeps of a person. It answers by its own `<domain>DataErased`. */
  erasureStepRequested: {
    payload: z.object({ requestId: z.uuid(), userId: z.uuid(), domain: z.string() }),
  },
  /** A step of an erasure is done, or all of them, or it has begun or was cancelled. */
  erasureRequestUpdated: {
    payload: z.object({ requestId: z.uuid(), userId: z.uuid() }),
    key: 'requestId',
  },
  /** Every domain has erased what it kept of a person, or said why it keeps what it keeps. */
  userErased: {
    payload: z.object({ requestId: z.uuid(), userId: z.uuid() }),
    key: 'userId',
  },
  /**
   * Every domain is to export what it keeps of a person, in parts that are encrypted to this public key (a JWK). Each
   * answers by its own `<domain>DataExported`.
   */
  dataExportRequested: {
    payload: z.object({
      requestId: z.uuid(),
      userId: z.uuid(),
      publicKey: z.record(z.string(), z.string()),
    }),
  },
  /** A domain has exported all that it keeps of a person, or all domains have. */
  dataExportUpdated: {
    payload: z.object({ requestId: z.uuid(), userId: z.uuid() }),
    key: 'requestId',
  },
  ...personalDataEvents('users'),
});
