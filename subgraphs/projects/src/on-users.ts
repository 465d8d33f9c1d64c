import type { Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-projects';
import { entryHandlers } from '@kronos/subgraph';

/** Keeps what the users domain says of who may do what with projects. */
export const onUsers: Handlers<Prisma.TransactionClient> = entryHandlers<Prisma.TransactionClient>({
  type: 'project',
  exists: async (tx, id) => (await tx.project.count({ where: { id } })) > 0,
});
