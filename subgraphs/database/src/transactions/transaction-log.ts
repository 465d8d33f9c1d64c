import type { Prisma, PrismaClient } from '@kronos/prisma-database';
import { newId, unlessTaken } from '@kronos/subgraph';
import type { KeyWrite } from './plan.ts';
import type { KeyOwner } from './redis-writes.ts';

/** What has become of an operation, as it is kept. */
export interface OperationResult {
  /** From 1. */
  operation: number;
  status: 'SUCCESS' | 'FAILED' | 'ROLLED_BACK' | 'NOT_EXECUTED';
  data: Record<string, unknown> | null;
  error: string | null;
}

/** A transaction in the log, with the databases that take part. */
export type LoggedTransaction = Prisma.DataTransactionGetPayload<{ include: { participants: true } }>;

/** What is asked for, and by whom. */
export interface TransactionRequest {
  owner: KeyOwner;
  idempotencyKey: string | null;
  requestHash: string;
}

/** What stands in the log about a transaction whose fate is decided. */
export interface Decision {
  results: readonly OperationResult[];
  keys: readonly KeyWrite[];
  tags: readonly string[];
  /** Of the only database that takes part. */
  xid: bigint | undefined;
}

/** The log by which transactions survive whoever executes them. */
export type TransactionLog = ReturnType<typeof createTransactionLog>;

const include = { participants: true } as const;
const asJson = (value: unknown) => value as Prisma.InputJsonValue;

export function createTransactionLog(db: PrismaClient) {
  return {
    /** Notes a transaction before anything is done. @returns null when the caller has one by that idempotency key */
    async begin(
      { owner, idempotencyKey, requestHash }: TransactionRequest,
      {
        coordinator,
        domains,
        operations,
      }: { coordinator: bigint; domains: readonly string[]; operations: number },
    ): Promise<LoggedTransaction | null> {
      const write = () =>
        db.dataTransaction.create({
          data: {
            ...{ id: newId(), ...ownerColumns(owner), idempotencyKey, requestHash, coordinator },
            ...{ results: asJson(notExecuted(operations)), keys: [] },
            participants: { create: domains.map((domain) => ({ domain })) },
          },
          include,
        });
      return unlessTaken(write, () => null);
    },
    findByKey: (owner: KeyOwner, idempotencyKey: string) =>
      db.dataTransaction.findFirst({ where: { ...ownerColumns(owner), idempotencyKey }, include }),
    find: (id: string) => db.dataTransaction.findUnique({ where: { id }, include }),
    open: () =>
      db.dataTransaction.findMany({ where: { finishedAt: null }, include, orderBy: { startedAt: 'asc' } }),
    /** Forgets what was never executed: the same request may come again. */
    async forget(id: string): Promise<void> {
      await db.dataTransaction.deleteMany({ where: { id, status: 'ACTIVE' } });
    },
    /** The one moment at which a transaction is going to be committed. @returns false when somebody has decided otherwise */
    async decide(id: string, { results, keys, tags, xid }: Decision): Promise<boolean> {
      const decision = db.dataTransaction.updateMany({
        where: { id, status: 'ACTIVE' },
        data: {
          ...{ status: 'COMMITTING', decidedAt: new Date(), tags: [...tags] },
          ...{ results: asJson(results), keys: asJson(keys) },
        },
      });
      if (xid === undefined) return (await decision).count === 1;
      const [, { count }] = await db.$transaction([
        db.dataTransactionParticipant.updateMany({ where: { transactionId: id }, data: { xid } }),
        decision,
      ]);
      return count === 1;
    },
    /** Everything is done, everywhere. */
    async committed(id: string): Promise<void> {
      await db.dataTransaction.updateMany({
        where: { id, status: 'COMMITTING' },
        data: { status: 'COMMITTED', finishedAt: new Date(), keys: [] },
      });
    },
    /** Nothing is done, anywhere. @param from only when it was so far. @returns whether it is so now */
    async rolledBack(
      id: string,
      from: 'ACTIVE' | 'COMMITTING',
      results?: readonly OperationResult[],
    ): Promise<boolean> {
      const { count } = await db.dataTransaction.updateMany({
        where: { id, status: from },
        data: {
          ...{ status: 'ROLLED_BACK', finishedAt: new Date(), keys: [] },
          ...(results && { results: asJson(results) }),
        },
      });
      return count === 1;
    },
    /** Forgets what was over before that moment, and what is over of those who are erased. */
    async prune(before: Date): Promise<void> {
      await db.dataTransaction.deleteMany({
        where: { OR: [{ finishedAt: { lt: before } }, { isErased: true, finishedAt: { not: null } }] },
      });
    },
  };
}

function ownerColumns(owner: KeyOwner) {
  return 'user' in owner ? { userId: owner.user, clientId: null } : { userId: null, clientId: owner.service };
}

/** Whose a transaction is. */
export function ownerOf({ userId, clientId }: Pick<LoggedTransaction, 'userId' | 'clientId'>): KeyOwner {
  return userId === null ? { service: clientId! } : { user: userId };
}

function notExecuted(count: number): OperationResult[] {
  return Array.from({ length: count }, (_, index) => ({
    operation: index + 1,
    ...{ status: 'NOT_EXECUTED' as const, data: null, error: null },
  }));
}
