import type { Prisma } from '@kronos/prisma-users';
import { loadRoleGraph, lockAccess } from '@kronos/prisma-users/access';
import { heirsOf } from '@kronos/prisma-users/role-graph';
import { userFaults } from '@kronos/subgraph';
import { fault } from './faults.ts';
import { adminRole, holding } from './role.rules.ts';

/**
 * Makes a change that may take rights from an administrator: through a role, what it inherits, a group, or the state of
 * an account. All such changes wait for one another, so that of two who take the right from one another at the same
 * moment the second sees that nobody would be left.
 *
 * @param tx in which nothing is locked yet
 * @param field the argument at fault
 * @throws the user fault LAST_ADMIN when there was an administrator in use before the change and is none after it
 */
export async function keepingAnAdministrator<Result>(
  tx: Prisma.TransactionClient,
  field: string[],
  change: () => Promise<Result>,
): Promise<Result> {
  await lockAccess(tx);
  const wasAdministered = await isAdministered(tx);
  const result = await change();
  if (wasAdministered && !(await isAdministered(tx)))
    userFaults(fault('LAST_ADMIN', 'Make someone else an administrator first: nobody would be left.', field));
  return result;
}

/** Whether anybody whose account is in use administers the system, however they came to it. */
export async function isAdministered(tx: Prisma.TransactionClient): Promise<boolean> {
  const graph = await loadRoleGraph(tx);
  const admin = [...graph.values()].find(({ name }) => name === adminRole);
  if (!admin) return false;
  const someone = await tx.user.findFirst({
    where: { AND: [{ status: 'ACTIVE' }, holding(heirsOf(graph, [admin.id]))] },
    select: { id: true },
  });
  return someone !== null;
}
