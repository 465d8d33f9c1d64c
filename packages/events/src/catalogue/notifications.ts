import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

/** Events of the messages that people get. */
export const notificationsEvents = defineEvents('notifications', {
  /** A notification lies in its recipient's inbox. */
  notificationReceived: {
    payload: z.object({ notificationId: z.uuid(), recipientId: z.uuid() }),
    key: 'recipientId',
  },
  ...personalDataEvents('notifications'),
});
