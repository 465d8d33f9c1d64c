import type { OAuthClient, Prisma } from '@kronos/prisma-auth';
import { tryDecodeId, UserFault, userFaults } from '@kronos/subgraph';

/**
 * The client of an id, locked until the transaction ends, so that of two changes the later sees the earlier.
 *
 * @throws UserFaults with NOT_FOUND
 */
export async function lockClient(transaction: Prisma.TransactionClient, id: string): Promise<OAuthClient> {
  const clientId = tryDecodeId('oauth_client', id);
  if (clientId) {
    await transaction.$executeRaw`SELECT 1 FROM oauth_client WHERE id = ${clientId}::uuid FOR UPDATE`;
    const client = await transaction.oAuthClient.findUnique({ where: { id: clientId } });
    if (client) return client;
  }
  return userFaults(new UserFault({ code: 'NOT_FOUND', message: 'There is no such client.', field: ['id'] }));
}
