import { createHash } from 'node:crypto';
import { TypeID } from 'typeid-js';
import type { Prisma, PrismaClient } from './client/client.ts';

/** A program of the company that calls in its own name. */
interface SeededService {
  /** Its id in every installation: a UUID. */
  id: string;
  name: string;
  /** No more than it needs; a domain that it is to use later brings more. */
  scopes: string[];
}

const id = (number: number) => `00000000-0000-7000-8000-0000000002${String(number).padStart(2, '0')}`;

/** The services that every installation has: our own, and the neighbouring systems. */
export const services: readonly SeededService[] = [
  { id: id(1), name: 'core-user-service', scopes: ['database:lease', 'users:read'] },
  {
    id: id(2),
    name: 'ai-analysis-service',
    scopes: ['database:lease', 'projects:analyze', 'service'],
  },
  { id: id(3), name: 'ouranos-crm', scopes: ['users:read'] },
  { id: id(4), name: 'ouranos-desk', scopes: ['users:read'] },
  { id: id(5), name: 'gaia', scopes: ['metrics:read'] },
  { id: id(6), name: 'hyperion', scopes: ['service'] },
  { id: id(7), name: 'hephaistos', scopes: ['service'] },
];

/**
 * Registers the services for which there is a secret and that were never registered. One that an administrator has changed
 * or given another secret stays so.
 *
 * @param secrets by the service's name
 * @returns how many were registered
 */
export async function seedServices(database: PrismaClient, secrets: Record<string, string>): Promise<number> {
  return database.$transaction(async (transaction) => {
    // Two processes may start at the same moment.
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('kronos seed services'))`;
    const ids = services.map((service) => service.id);
    const known = await transaction.oAuthClient.findMany({
      where: { id: { in: ids } },
      select: { id: true },
    });
    // The trail remembers those that an administrator has deleted: a secret that has leaked must not come back.
    const deleted = await transaction.securityEvent.findMany({
      where: {
        kind: 'OAUTH_CLIENT_DELETED',
        OR: ids.map((service) => ({ details: { path: ['client'], equals: nameOf(service) } })),
      },
      select: { details: true },
    });
    const isDeleted = (service: SeededService) =>
      deleted.some(({ details }) => (details as { client: string }).client === nameOf(service.id));
    const missing = services.filter(
      (service) =>
        secrets[service.name] && !known.some((client) => client.id === service.id) && !isDeleted(service),
    );
    for (const service of missing) await register(transaction, service, secrets[service.name]!);
    return missing.length;
  });
}

/** What the graph calls it. */
function nameOf(serviceId: string): string {
  return TypeID.fromUUID('oauth_client', serviceId).toString();
}

async function register(transaction: Prisma.TransactionClient, service: SeededService, secret: string) {
  await transaction.oAuthClient.create({
    data: {
      ...service,
      grantTypes: ['client_credentials'],
      redirectUris: [],
      postLogoutRedirectUris: [],
      isConfidential: true,
      secrets: { create: { hash: createHash('sha256').update(secret).digest('hex') } },
    },
  });
}
