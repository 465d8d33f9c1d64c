import { hash } from 'node:crypto';
import { parsePathTemplate, pathPattern, type QuotaPolicy } from '@kronos/edge-rules';
import { appendToOutbox, type EventPayload } from '@kronos/events';
import { PrismaPg } from '@prisma/adapter-pg';
import { v7 as uuidv7 } from 'uuid';
import { type Prisma, PrismaClient } from './client/client.ts';
import type { SeededRoute } from './seeded-route.ts';
import { seededPolicies, seededRoutes } from './seeds.ts';

type Kind = EventPayload<'edgeRulesChanged'>['kind'];

/**
 * Brings policies and routes to what `seeds.ts` says, but for those that an administrator has made or changed; running it
 * again changes nothing. Gateways are told of what has changed.
 *
 * @returns one line that says what was done
 */
export async function seed({ databaseUrl }: { databaseUrl: string }): Promise<string> {
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 1 }) });
  try {
    return await db.$transaction(writeAll, { maxWait: 30_000, timeout: 60_000 });
  } finally {
    await db.$disconnect();
  }
}

async function writeAll(tx: Prisma.TransactionClient): Promise<string> {
  // Two processes may start, and seed, at the same moment.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('kronos seed router'))`;
  const kinds = new Set<Kind>();
  const written: string[] = [];
  for (const policy of seededPolicies) {
    if (!(await writePolicy(tx, policy))) continue;
    kinds.add('POLICY');
    written.push(policy.name);
  }
  for (const route of seededRoutes) {
    if (!(await writeRoute(tx, route))) continue;
    kinds.add('OPERATION').add('ROUTE');
    written.push(`${route.method} ${route.path}`);
  }
  for (const kind of kinds) await appendToOutbox(tx, 'edgeRulesChanged', { kind });
  return written.length > 0
    ? `written: ${written.join(', ')}`
    : 'quota policies and routes: nothing to change';
}

/** @returns whether anything was written */
async function writePolicy(tx: Prisma.TransactionClient, { id, ...policy }: QuotaPolicy): Promise<boolean> {
  const seedHash = hashOf(policy);
  const data = { ...policy, seedHash };
  const known = await tx.quotaPolicy.findUnique({ where: { name: policy.name } });
  if (!known) await tx.quotaPolicy.create({ data: { id, ...data } });
  else if (isOutdated(known, seedHash)) await tx.quotaPolicy.update({ where: { id: known.id }, data });
  else return false;
  return true;
}

/** @returns whether anything was written */
async function writeRoute(
  tx: Prisma.TransactionClient,
  { id, document, ...route }: SeededRoute,
): Promise<boolean> {
  const seedHash = hashOf({ ...route, document });
  const known = await tx.route.findUnique({ where: { id } });
  if (known && !isOutdated(known, seedHash)) return false;
  const pattern = pathPattern(parsePathTemplate(route.path));
  const claimed = await tx.route.findUnique({
    where: { method_pathPattern: { method: route.method, pathPattern: pattern } },
  });
  // An administrator has a route of their own there.
  if (claimed && claimed.id !== id) return false;

  const operationId = await storeOperation(tx, document);
  const parameters = route.parameters as Prisma.InputJsonArray;
  const data = { ...route, parameters, pathPattern: pattern, operationId, seedHash };
  await tx.route.upsert({ where: { id }, create: { id, ...data }, update: data });
  return true;
}

/** @returns the id of the document that is stored for everybody */
async function storeOperation(tx: Prisma.TransactionClient, document: string): Promise<string> {
  const documentHash = hash('sha256', document);
  const stored = await tx.persistedOperation.findFirst({
    where: { hash: documentHash, clientApplicationId: null },
  });
  if (stored) return stored.id;
  const name = /^(?:query|mutation) (\w+)/.exec(document)![1]!;
  const { id } = await tx.persistedOperation.create({
    data: { id: uuidv7(), hash: documentHash, name, document },
  });
  return id;
}

function isOutdated(row: { seedHash: string | null }, seedHash: string): boolean {
  return row.seedHash !== null && row.seedHash !== seedHash;
}

function hashOf(value: object): string {
  return hash('sha256', JSON.stringify(value));
}
