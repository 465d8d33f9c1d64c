import { appendAllToOutbox } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-notifications';
import { newId } from '@kronos/subgraph';
import type { Text } from './texts.ts';

/** A text on its way to one person. */
export interface Message extends Text {
  /** A UUID. */
  recipientId: string;
  /** The event that it is about, if any: a UUID. */
  eventId?: string;
}

/** Puts messages into their recipients' inboxes and announces each, all in the given transaction. */
export async function notify(tx: Prisma.TransactionClient, messages: readonly Message[]): Promise<void> {
  const notifications = messages.map((message) => ({ id: newId(), ...message }));
  await tx.notification.createMany({ data: notifications });
  await appendAllToOutbox(
    tx,
    'notificationReceived',
    notifications.map(({ id, recipientId }) => ({ notificationId: id, recipientId })),
  );
}
