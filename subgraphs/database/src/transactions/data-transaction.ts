import { createHash } from 'node:crypto';
import {
  decodeId,
  encodeId,
  forbidden,
  isDatabaseAway,
  tryDecodeId,
  UserFault,
  UserFaults,
  unauthenticated,
} from '@kronos/subgraph';
import type { DataTransactionResolvers, MutationResolvers, QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { isDatabaseAdmin } from '../leases/lease.rules.ts';
import { ConnectionFailure, TransactionConflict } from './coordinator.ts';
import { toPlan } from './plan.ts';
import type { KeyOwner } from './redis-writes.ts';
import type { LoggedTransaction, OperationResult } from './transaction-log.ts';

const mostKeyCharacters = 100;
const retryAfterSeconds = 30;

/** Executes operations in several databases and in Redis: all of them, or none. */
export const dataTransactionExecute: MutationResolvers<Context>['dataTransactionExecute'] = async (
  _parent,
  { input },
  context,
) => {
  const owner = ownerOf(context);
  const { operations, idempotencyKey = null } = input;
  try {
    if (idempotencyKey !== null && (idempotencyKey === '' || idempotencyKey.length > mostKeyCharacters))
      throw new UserFaults([
        fault('INVALID', `A key has 1 to ${mostKeyCharacters} characters.`, ['input', 'idempotencyKey']),
      ]);
    const plan = toPlan(operations, context);
    if (plan.operations.some(({ store }) => store === 'REDIS') && 'service' in owner)
      requireOneOf(context, ['data:write', 'projects:analyze']);
    const requestHash = createHash('sha256').update(JSON.stringify(operations)).digest('hex');
    const transaction = await context.transactions.coordinator.execute(plan, {
      ...{ owner, idempotencyKey, requestHash },
    });
    return { transaction, userErrors: faultsOf(transaction) };
  } catch (error) {
    return { transaction: null, userErrors: toFaults(error, context) };
  }
};

/** A transaction, for whoever sent it and for administrators. */
export const dataTransaction: QueryResolvers<Context>['dataTransaction'] = async (
  _parent,
  { id },
  context,
) => {
  ownerOf(context);
  return visible(await context.transactions.log.find(decodeId('data_transaction', id)), context);
};

export const DataTransaction: DataTransactionResolvers<Context> = {
  async __resolveReference({ id }, context) {
    const uuid = tryDecodeId('data_transaction', id);
    return uuid === null ? null : visible(await context.transactions.log.find(uuid), context);
  },
  id: ({ id }) => encodeId('data_transaction', id),
  results: ({ results }) => results as unknown as OperationResult[],
  executionTimeMs: ({ startedAt, finishedAt }) =>
    finishedAt === null ? null : finishedAt.getTime() - startedAt.getTime(),
};

type Caller = Pick<Context, 'viewer' | 'service'>;

function ownerOf({ viewer, service }: Caller): KeyOwner {
  if (viewer) return { user: viewer.userId };
  if (service) return { service: service.clientId };
  throw unauthenticated();
}

function requireOneOf({ service }: Caller, scopes: readonly string[]): void {
  if (!scopes.some((scope) => service?.scopes.has(scope)))
    throw forbidden(undefined, { requiredScopes: scopes.map((scope) => [scope]) });
}

function visible(transaction: LoggedTransaction | null, caller: Caller): LoggedTransaction | null {
  if (!transaction) return null;
  const { viewer, service } = caller;
  const isTheirs = viewer
    ? transaction.userId === viewer.userId
    : service !== undefined && transaction.clientId === service.clientId;
  return isTheirs || isDatabaseAdmin(caller) ? transaction : null;
}

function fault(
  code: 'INVALID' | 'CONFLICT' | 'DATABASE_CONNECTION_FAILED' | 'TRANSACTION_ROLLED_BACK',
  message: string,
  field?: string[],
  details?: Record<string, unknown>,
): UserFault {
  return new UserFault({ code, message, field, details });
}

/** Why nothing was done. */
function faultsOf({ status, results }: LoggedTransaction): never[] {
  if (status !== 'ROLLED_BACK') return [];
  const failed = (results as unknown as OperationResult[]).find((result) => result.status === 'FAILED');
  const faults = [
    fault(
      'TRANSACTION_ROLLED_BACK',
      failed
        ? `Operation ${failed.operation} failed: ${failed.error}`
        : 'It was interrupted, and nothing was done.',
      failed && ['input', 'operations', String(failed.operation - 1)],
      failed && { operation: failed.operation, error: failed.error },
    ),
  ];
  return faults as never[];
}

/** What the sender can mend, or wait for. @throws everything else */
function toFaults(error: unknown, context: Context): never[] {
  if (error instanceof UserFaults) return error.faults as never[];
  if (error instanceof TransactionConflict)
    return [fault('CONFLICT', error.message, ['input', 'idempotencyKey'])] as never[];
  if (!(error instanceof ConnectionFailure)) throw error;
  const { database } = error;
  context.logger.warn({ err: error.cause, database }, 'A data transaction got no connection');
  const stats = context.databases.get(database)?.poolStats();
  const poolStatus =
    !isDatabaseAway(error.cause) && stats && stats.active >= stats.max ? 'exhausted' : 'unavailable';
  return [
    fault('DATABASE_CONNECTION_FAILED', `There is no connection to the database of ${database}.`, undefined, {
      database,
      pool_status: poolStatus,
      retry_after: retryAfterSeconds,
    }),
  ] as never[];
}
