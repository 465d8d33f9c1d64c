import type { Account } from './accounts.ts';
import type { Committed } from './truth.ts';

/** What is listened to, and who is entitled to which events of it. */
export interface Topic {
  name: string;
  /** The domain whose outbox tells what was committed. */
  domain: 'events' | 'notifications';
  document: string;
  /** Whether a listener must get an event; nobody may get any other. */
  isFor(event: Committed, viewer: Account | undefined): boolean;
}

const isFindable = ({ payload }: Committed, viewer: Account | undefined) =>
  payload.visibility === 'PUBLIC' || payload.organizerId === viewer?.id;

/** Every new event, with a name from another subgraph. */
export const created: Topic = {
  name: 'eventCreated',
  domain: 'events',
  document:
    'subscription { eventCreated { eventId cursor event { title visibility organizer { displayName } } } }',
  isFor: (event, viewer) => event.name === 'eventCreated' && isFindable(event, viewer),
};

/** Every changed event. */
export const updated: Topic = {
  name: 'eventUpdated',
  domain: 'events',
  document: 'subscription { eventUpdated { eventId cursor changes event { title } } }',
  isFor: (event, viewer) => event.name === 'eventUpdated' && isFindable(event, viewer),
};

/** The changes of one event, each of which is large: about 200 KB for a description of 4 KB. */
export function largeUpdatesOf(eventId: string): Topic {
  const copies = Array.from({ length: 50 }, (_, number) => `copy${number}: description`).join(' ');
  return {
    name: 'eventUpdated(id), large',
    domain: 'events',
    document: `subscription { eventUpdated(id: "${eventId}") { eventId cursor event { title ${copies} } } }`,
    isFor: ({ name, payload }) => name === 'eventUpdated' && payload.eventId === eventId,
  };
}

/** Who comes to an event: everybody for its organiser, oneself for an attendee. */
export function registrationsFor(eventId: string, organizer: Account): Topic {
  return {
    name: 'registrationCreated(eventId)',
    domain: 'events',
    document: `subscription { registrationCreated(eventId: "${eventId}") { eventId cursor registration { id attendee { displayName } } } }`,
    isFor: ({ name, payload }, viewer) =>
      name === 'registrationCreated' &&
      payload.eventId === eventId &&
      (viewer === organizer || payload.attendeeId === viewer?.id),
  };
}

/** What one person is told, and nobody else. */
export const notifications: Topic = {
  name: 'notificationReceived',
  domain: 'notifications',
  document: 'subscription { notificationReceived { eventId cursor notification { id title kind } } }',
  isFor: ({ name, payload }, viewer) => name === 'notificationReceived' && payload.recipientId === viewer?.id,
};
