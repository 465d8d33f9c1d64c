import type { Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-events';
import { entryHandlers } from '@kronos/subgraph';

/** Keeps what the users domain says of who may do what with events. */
export const onUsers: Handlers<Prisma.TransactionClient> = entryHandlers<Prisma.TransactionClient>({
  type: 'event',
  exists: async (tx, id) => (await tx.event.count({ where: { id } })) > 0,
});
