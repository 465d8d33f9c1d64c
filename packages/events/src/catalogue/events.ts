import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

const eventFacts = {
  eventId: z.uuid(),
  organizerId: z.uuid(),
  title: z.string(),
  visibility: z.enum(['PUBLIC', 'UNLISTED', 'PRIVATE']),
};
const registrationFacts = { registrationId: z.uuid(), eventId: z.uuid(), attendeeId: z.uuid() };

/** Events of the events domain: gatherings of people, and the seats taken at them. */
export const eventsEvents = defineEvents('events', {
  eventCreated: { payload: z.object(eventFacts) },
  /** Whose an event is, drafts too: for the domain that decides on access to it. */
  eventOwned: { payload: z.object({ eventId: z.uuid(), organizerId: z.uuid() }) },
  /** `changes` names the fields that are different now. */
  eventUpdated: { payload: z.object({ ...eventFacts, changes: z.array(z.string()) }) },
  eventCancelled: { payload: z.object({ ...eventFacts, reason: z.string().nullable() }) },
  registrationCreated: { payload: z.object(registrationFacts), key: 'eventId' },
  registrationCancelled: { payload: z.object(registrationFacts), key: 'eventId' },
  ...personalDataEvents('events'),
});
