import { expect, test } from 'vitest';
import { entityTags } from './entity-tags.ts';

const [one, other] = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002'];

test('every id of a payload names an entity, and its type', () => {
  expect(entityTags<'registrationCreated'>({ registrationId: one, eventId: other, attendeeId: one })).toEqual(
    [`registration:${one}`, 'registration:*', `event:${other}`, 'event:*', `user:${one}`, 'user:*'],
  );
});

test('a resource is of the type that stands beside it', () => {
  const entry = { entryId: one, subject: 'role:user', action: 'events:update', effect: 'ALLOW' as const };
  const rest = { expiresAt: null, isRevoked: false };
  expect(
    entityTags<'aclEntryChanged'>({ ...entry, ...rest, resourceType: 'event', resourceId: other }),
  ).toEqual([`acl_entry:${one}`, 'acl_entry:*', `event:${other}`, 'event:*']);
  expect(
    entityTags<'aclEntryChanged'>({ ...entry, ...rest, resourceType: 'event', resourceId: null }),
  ).toEqual(['event:*', 'event:any', `acl_entry:${one}`, 'acl_entry:*']);
});

test('what is no id of an entity is none', () => {
  expect(entityTags<'supergraphUpdated'>({ schemaHash: one })).toEqual([]);
});
