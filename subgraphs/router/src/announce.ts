import { appendToOutbox, type EventPayload } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-router';

type Kind = EventPayload<'edgeRulesChanged'>['kind'];

/** Tells the gateways, once the transaction is committed, that they are to fetch the rules again. */
export async function announceRules(tx: Prisma.TransactionClient, ...kinds: Kind[]): Promise<void> {
  for (const kind of kinds) await appendToOutbox(tx, 'edgeRulesChanged', { kind });
}
