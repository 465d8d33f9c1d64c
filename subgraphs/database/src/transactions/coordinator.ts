import type { Cache } from '@kronos/cache';
import type { Logger } from '@kronos/service';
import type { Cluster, Redis } from 'ioredis';
import { QueryFault } from '../data/filters.ts';
import type { Databases } from '../databases.ts';
import { announce, type Written } from './announce.ts';
import type { Claim } from './claim.ts';
import { type Participant, takePart } from './participant.ts';
import type { KeyWrite, Plan } from './plan.ts';
import { applyKeys, giveBack, type KeyOwner, reserveKeys } from './redis-writes.ts';
import {
  type LoggedTransaction,
  type OperationResult,
  ownerOf,
  type TransactionLog,
  type TransactionRequest,
} from './transaction-log.ts';
import { OperationFailure, type WrittenRow, writeRows } from './write-rows.ts';

/** What executing transactions needs. */
export interface CoordinatorOptions {
  log: TransactionLog;
  claim: Claim;
  databases: Databases;
  redis: Redis | Cluster;
  cache: Pick<Cache, 'invalidate'>;
  logger: Logger;
  /** Told of each step when it is done, by its name; the next begins when it has returned. */
  onStep?: (step: Step, transactionId: string) => void | Promise<void>;
}

/** The steps of a transaction. Wherever it is cut off, it is either not decided, and undone, or decided, and carried out. */
export type Step =
  | 'logged'
  | 'leased'
  | 'begun'
  | 'executed'
  | 'announced'
  | 'prepared one'
  | 'prepared'
  | 'decided'
  | 'committed one'
  | 'committed'
  | 'keys written'
  | 'invalidated'
  | 'finished';

/** A database, or Redis, with which nothing was begun. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  readonly database: string;

  constructor(database: string, cause: unknown) {
    super(`There is no connection to ${database}.`, { cause });
    this.database = database;
  }
}

/** The caller has sent something else by that idempotency key, or what they have sent is not over. */
export class TransactionConflict extends Error {
  override readonly name = 'TransactionConflict';
}

/** Executes transactions; see `README.md` for what is written when. */
export interface Coordinator {
  /** @throws ConnectionFailure, TransactionConflict */
  execute(plan: Plan, request: TransactionRequest): Promise<LoggedTransaction>;
  /** Whether this process is executing it at this moment. */
  isRunning(transactionId: string): boolean;
}

export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { log, claim, databases, redis, logger } = options;
  const running = new Set<string>();
  const step = async (name: Step, id: string) => options.onStep?.(name, id);

  async function take(plan: Plan): Promise<Participant[]> {
    const taken: Participant[] = [];
    let database = 'redis';
    try {
      if (plan.operations.some(({ store }) => store === 'REDIS')) await redis.ping();
      for (const domain of plan.domains) {
        database = domain;
        const open = databases.get(domain);
        if (!open) throw new Error('the environment says nothing of it');
        taken.push(await takePart(open));
      }
      return taken;
    } catch (error) {
      for (const participant of taken) participant.release();
      throw new ConnectionFailure(database, error);
    }
  }

  async function run(plan: Plan, id: string, owner: KeyOwner): Promise<void> {
    let participants: Participant[];
    try {
      participants = await take(plan);
    } catch (error) {
      await log.forget(id);
      throw error;
    }
    const isPrepared = participants.length > 1;
    let isBroken = true;
    try {
      await step('leased', id);
      const outcome = await attempt(plan, { id, owner }, participants);
      if (outcome === 'undone') isBroken = false;
      else {
        await carryOut(id, participants, isPrepared);
        isBroken = false;
      }
    } finally {
      for (const participant of participants) participant.release(isBroken);
    }
  }

  /** Everything up to the decision. @returns `undone` when nothing has happened, and the log says so */
  async function attempt(
    plan: Plan,
    { id, owner }: { id: string; owner: KeyOwner },
    participants: Participant[],
  ): Promise<'decided' | 'undone'> {
    const isPrepared = participants.length > 1;
    const prepared: Participant[] = [];
    const results: OperationResult[] = [];
    let isAsked = false;
    try {
      for (const participant of participants) await participant.begin(isPrepared, plan.quota);
      await step('begun', id);
      const written = await execute(plan, participants, results);
      const keys = plan.operations.filter((one): one is KeyWrite => one.store === 'REDIS');
      if (!(await reserveKeys(redis, id, owner, keys))) {
        const operation = plan.operations.findIndex((one) => one.store === 'REDIS') + 1;
        results[operation - 1] = failed(operation, 'You have as many keys as there may be.');
        throw new OperationFailure('There is no room for its keys.');
      }
      await step('executed', id);
      const tags: string[] = [];
      for (const { domain, client, becomeOperator } of participants) {
        await becomeOperator();
        const ofDomain = written.filter(({ write }) => write.table.domain === domain);
        tags.push(...(await announce(client, domain, ofDomain)));
      }
      await step('announced', id);
      const xid = isPrepared ? undefined : await participants[0]?.xid();
      if (isPrepared)
        for (const participant of participants) {
          await participant.prepare(id);
          prepared.push(participant);
          await step(prepared.length === participants.length ? 'prepared' : 'prepared one', id);
        }
      isAsked = true;
      if (await log.decide(id, { results, keys, tags: [...new Set(tags)], xid })) {
        await step('decided', id);
        return 'decided';
      }
    } catch (error) {
      // Whether it is decided is not known when the log did not answer; who recovers it learns.
      if (isAsked) throw error;
      await undo({ id, owner }, participants, prepared);
      if (!results.some(({ status }) => status === 'FAILED')) {
        logger.warn({ err: error, id }, 'A data transaction was interrupted');
        results.push(interrupted(results, plan.operations.length));
      }
      await log.rolledBack(id, 'ACTIVE', undone(results, plan.operations.length));
      return 'undone';
    }
    // Somebody took this process for dead, and has decided.
    await undo({ id, owner }, participants, prepared);
    return 'undone';
  }

  async function undo(
    { id, owner }: { id: string; owner: KeyOwner },
    participants: readonly Participant[],
    prepared: readonly Participant[],
  ) {
    for (const participant of participants)
      await (prepared.includes(participant)
        ? participant.rollbackPrepared(id)
        : participant.rollback()
      ).catch((err) => logger.debug({ err, id }, 'a database was lost while a transaction was undone'));
    await giveBackRoom(options, id, owner);
  }

  async function carryOut(
    id: string,
    participants: readonly Participant[],
    isPrepared: boolean,
  ): Promise<void> {
    for (const [index, participant] of participants.entries()) {
      await (isPrepared ? participant.commitPrepared(id) : participant.commit());
      await step(index === participants.length - 1 ? 'committed' : 'committed one', id);
    }
    const transaction = await log.find(id);
    if (transaction) await finish(options, transaction);
  }

  return {
    async execute(plan, request) {
      const coordinator = await claim.number();
      const { domains, operations } = plan;
      const begun = await log.begin(request, { coordinator, domains, operations: operations.length });
      if (!begun) return known(log, request);
      const { id } = begun;
      running.add(id);
      try {
        await step('logged', id);
        await run(plan, id, request.owner);
      } catch (error) {
        if (error instanceof ConnectionFailure) throw error;
        logger.warn({ err: error, id }, 'A data transaction was cut off');
      } finally {
        running.delete(id);
      }
      return (await log.find(id)) ?? begun;
    },
    isRunning: (id) => running.has(id),
  };
}

/** Gives back what a transaction that is undone has reserved; should Redis be away, its end comes by itself. */
export async function giveBackRoom(
  { redis, logger }: Pick<CoordinatorOptions, 'redis' | 'logger'>,
  id: string,
  owner: KeyOwner,
): Promise<void> {
  await giveBack(redis, id, owner).catch((err) => logger.debug({ err, id }, 'room for keys stays reserved'));
}

/** What is left to do of a transaction that is committed everywhere. It may be done more than once. */
export async function finish(
  { redis, cache, log, onStep }: Pick<CoordinatorOptions, 'redis' | 'cache' | 'log' | 'onStep'>,
  transaction: LoggedTransaction,
): Promise<void> {
  const { id, keys, tags, decision } = transaction;
  const decided = { id, decision: decision ?? 0n };
  await applyKeys(redis, decided, ownerOf(transaction), keys as unknown as KeyWrite[]);
  await onStep?.('keys written', id);
  if (tags.length > 0) await cache.invalidate({ tags });
  await onStep?.('invalidated', id);
  await log.committed(id);
  await onStep?.('finished', id);
}

async function known(log: TransactionLog, { owner, idempotencyKey, requestHash }: TransactionRequest) {
  const earlier = await log.findByKey(owner, idempotencyKey!);
  if (!earlier) throw new TransactionConflict('That transaction was given up at this moment: send it again.');
  if (earlier.requestHash !== requestHash)
    throw new TransactionConflict('That idempotency key stands for other operations.');
  if (earlier.status === 'ACTIVE') throw new TransactionConflict('That transaction is still being executed.');
  return earlier;
}

/** Writes all rows. @param results what has become of each operation so far */
async function execute(
  plan: Plan,
  participants: readonly Participant[],
  results: OperationResult[],
): Promise<Written[]> {
  const rowsOf: (readonly WrittenRow[])[] = [];
  const written: Written[] = [];
  for (const [index, write] of plan.operations.entries()) {
    const operation = index + 1;
    if (write.store === 'REDIS') {
      results.push({ operation, status: 'SUCCESS', data: null, error: null });
      rowsOf.push([]);
      continue;
    }
    const { client } = participants.find(({ domain }) => domain === write.table.domain)!;
    try {
      const rows = await writeRows(client, write, rowsOf);
      const data = rows.length === 1 ? { ...rows[0]! } : { affectedRows: rows.length };
      results.push({ operation, status: 'SUCCESS', data, error: null });
      rowsOf.push(rows);
      written.push({ write, rows });
    } catch (error) {
      // What an earlier operation has written may be no value for the column that refers to it.
      if (error instanceof OperationFailure || error instanceof QueryFault)
        results.push(failed(operation, error.message));
      throw error;
    }
  }
  return written;
}

/** That a database was lost: at the operation that would have come next, or after the last one. */
function interrupted(results: OperationResult[], count: number): OperationResult {
  const operation = Math.min(results.length + 1, count);
  results.length = operation - 1;
  return failed(operation, 'The connection to a database was lost.');
}

function failed(operation: number, error: string): OperationResult {
  return { operation, status: 'FAILED', data: null, error };
}

/** What has become of all operations when nothing is done. */
export function undone(results: readonly OperationResult[], count: number): OperationResult[] {
  return Array.from({ length: count }, (_, index) => {
    const result = results[index];
    if (result?.status === 'FAILED') return result;
    const status = result ? ('ROLLED_BACK' as const) : ('NOT_EXECUTED' as const);
    return { operation: index + 1, status, data: null, error: null };
  });
}
