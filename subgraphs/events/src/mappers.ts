/** The rows behind the GraphQL types, for codegen. */
import type { Event, Registration } from '@kronos/prisma-events';
import type { Connection } from '@kronos/subgraph';

export type EventMapper = Event;
export type EventConnectionMapper = Connection<Event>;
export type RegistrationMapper = Registration;
export type RegistrationConnectionMapper = Connection<Registration>;
/** All that this domain knows of a person: their UUID. */
export type UserMapper = { id: string };
