import { appendAllToOutbox } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-auth';
import { type Caller, newId } from '@kronos/subgraph';
import type { SecurityEventKind } from './__generated__/types.ts';
import { originOf } from './session.open.ts';

/** Something that somebody's security depends on. */
export interface RaisedSecurityEvent {
  kind: SecurityEventKind;
  /** Whose security it is, a UUID; null for what concerns nobody in particular. */
  userId: string | null;
  /** The request that has caused it, usually the context; null for what the system does by itself. */
  by: Pick<Caller, 'viewer' | 'clientAddress' | 'userAgent'> | null;
  /** The person who has done it, where the request does not say so, such as one who logs in; the caller when omitted. */
  actorId?: string | null;
  /** The session concerned, a UUID; the caller's when omitted. */
  sessionId?: string | null;
  /** What else is to be known: short, without secrets, and without names or addresses of people. */
  details?: Record<string, string | number | boolean | null | readonly string[]>;
}

type Transaction = Pick<Prisma.TransactionClient, 'securityEvent' | 'outbox'>;

/** The person who really acts. */
function actorOf(by: RaisedSecurityEvent['by']): string | null {
  return by?.viewer?.impersonation?.actorId ?? by?.viewer?.userId ?? null;
}

/**
 * Adds to the trail of what is relevant for security, and tells those who follow it, in the transaction that makes it true.
 *
 * @returns the event's id, a UUID
 */
export async function raiseSecurityEvent(
  transaction: Transaction,
  event: RaisedSecurityEvent,
): Promise<string> {
  const [id] = await raiseSecurityEvents(transaction, [event]);
  return id!;
}

/** The same for any number of them, by two statements. */
export async function raiseSecurityEvents(
  transaction: Transaction,
  events: readonly RaisedSecurityEvent[],
): Promise<string[]> {
  const rows = events.map(rowOf);
  await transaction.securityEvent.createMany({ data: rows });
  const payloads = rows.map(({ id, userId, kind }) => ({ securityEventId: id, userId, kind }));
  await appendAllToOutbox(transaction, 'securityEventRaised', payloads);
  return rows.map(({ id }) => id);
}

function rowOf({ kind, userId, by, details = {}, ...known }: RaisedSecurityEvent) {
  const { actorId = actorOf(by), sessionId = by?.viewer?.sessionId ?? null } = known;
  const origin = by && originOf(by);
  return {
    id: newId(),
    kind,
    userId,
    actorId,
    sessionId,
    ...origin,
    details: details as Prisma.InputJsonObject,
  };
}
