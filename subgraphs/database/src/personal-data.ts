import type { Prisma } from '@kronos/prisma-database';
import { anonymised, erasedBy, type PersonalData } from '@kronos/subgraph';

/** What this domain keeps of people. Each table stands in one of the two lists, and a test says so when one does not. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    migration_run: {
      holds: 'Migrations that they asked for.',
      person: 'requested_by',
      onErasure: anonymised({ requested_by: null }),
    },
    backup: {
      holds: 'Backups that they asked for.',
      person: 'requested_by',
      onErasure: anonymised({ requested_by: null }),
    },
    backup_restore: {
      holds: 'Restores that they asked for.',
      person: 'requested_by',
      onErasure: anonymised({ requested_by: null }),
    },
    data_transaction: {
      holds: 'Transactions that they sent, with the rows that these wrote.',
      person: 'user_id',
      withheld: ['request_hash', 'coordinator'],
      onErasure: erasedBy(eraseTransactions, 'It is being carried out, and goes when that is done.'),
    },
    connection_lease: {
      holds: 'Connections to databases that they leased.',
      person: 'user_id',
      onErasure: anonymised({ user_id: null }),
    },
  },
  others: {
    data_transaction_participant: 'Belongs to a transaction, and goes with it.',
    lease_policy: 'Which service may lease what.',
    target_status: 'How databases are.',
  },
};

/** What is going to be committed would be undone by half if it were forgotten now. */
async function eraseTransactions(tx: Prisma.TransactionClient, userId: string) {
  const { count: erased } = await tx.dataTransaction.deleteMany({
    where: { userId, finishedAt: { not: null } },
  });
  const { count: retained } = await tx.dataTransaction.updateMany({
    where: { userId },
    data: { isErased: true, idempotencyKey: null },
  });
  return { erased, retained };
}
