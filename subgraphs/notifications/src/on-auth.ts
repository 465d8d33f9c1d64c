import type { Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-notifications';
import { notify } from './notify.ts';
import { securityWarning, welcome } from './texts.ts';

/** What happens here because of events of auth. */
export const onAuth: Handlers<Prisma.TransactionClient> = {
  userCreated: (tx, { payload: { userId, displayName } }) =>
    notify(tx, [{ recipientId: userId, ...welcome(displayName) }]),
  async securityEventRaised(tx, { payload: { userId, kind } }) {
    const text = securityWarning(kind);
    if (userId && text) await notify(tx, [{ recipientId: userId, ...text }]);
  },
};
