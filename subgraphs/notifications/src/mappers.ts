import type { Notification } from '@kronos/prisma-notifications';
import type { Connection } from '@kronos/subgraph';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type NotificationMapper = Notification;
export type NotificationConnectionMapper = Connection<Notification>;
/** All that this domain knows of a person: their UUID. */
export type UserMapper = { id: string };
