import { expect } from 'vitest';
import type { Client, Json, Person } from './client.ts';

/** Creates a published event, thirty days from now, and gives it. */
export async function createEvent(organizer: Client, input: Record<string, unknown> = {}): Promise<Json> {
  const { eventCreate } = await organizer.data(
    `mutation Create($input: EventCreateInput!) {
      eventCreate(input: $input) { event { id title remaining } userErrors { code message field } }
    }`,
    { input: { title: 'Launch', startsAt: new Date(Date.now() + 30 * 86_400_000).toISOString(), ...input } },
  );
  expect(eventCreate.userErrors).toEqual([]);
  return eventCreate.event;
}

/** Registers the caller, or at the organiser's wish somebody else, and gives the payload. */
export async function register(by: Client, eventId: string, attendee?: Person): Promise<Json> {
  const { registrationCreate } = await by.data(
    `mutation Register($input: RegistrationCreateInput!) {
      registrationCreate(input: $input) { registration { id } userErrors { code } }
    }`,
    { input: { eventId, attendeeId: attendee?.id } },
  );
  return registrationCreate;
}

/** Reads a stream until `isWanted` says so of a result, and gives that result. */
export async function until(stream: AsyncIterator<Json>, isWanted: (result: Json) => boolean): Promise<Json> {
  for (;;) {
    const { value, done } = await stream.next();
    if (done) throw new Error('the stream ended before the wanted event came');
    if (isWanted(value)) return value;
  }
}
