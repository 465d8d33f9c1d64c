import { setTimeout as delay } from 'node:timers/promises';
import {
  type Consumer,
  type ConsumerDatabase,
  type ConsumerTables,
  createConsumer,
  createEventLog,
  createRelay,
  type EventLog,
  type Handlers,
  type OutboxTransaction,
  type Relay,
} from '@kronos/events';
import type { SealedFieldsOf } from '@kronos/sealing';
import { createLogger, directUrl, type Logger } from '@kronos/service';
import { tracing } from '@kronos/telemetry';
import { Registry } from 'prom-client';
import { eraseAgain } from './personal-data/erase-again.ts';
import { onPersonRequested } from './personal-data/on-person-requested.ts';
import type { PersonalData, PersonalTransaction } from './personal-data/personal-data.ts';
import type { Readiness } from './subgraph.ts';
import { traceSql } from './trace-sql.ts';

/** What is needed of a domain's Prisma transaction client, whatever its tables. */
export type DomainTransaction = ConsumerTables & OutboxTransaction & PersonalTransaction;

/** What is needed of a domain's Prisma client, whatever its tables. */
export interface DomainDatabase<Transaction extends ConsumerTables> extends ConsumerDatabase<Transaction> {
  $queryRaw(query: TemplateStringsArray): PromiseLike<unknown>;
  $disconnect(): Promise<void>;
}

export interface DomainOptions<Transaction extends DomainTransaction, Producer extends string> {
  /** The domain, as it stands in `supergraph.yaml`. */
  name: string;
  logLevel: string;
  /** One by that name and level, when omitted. */
  logger?: Logger;
  database: DomainDatabase<Transaction>;
  /** Where that database is: the relay listens there on a connection of its own, which leads through no pgBouncer. */
  databaseUrl: string;
  redisUrl: string;
  /** What happens here for the events of other domains, by their names. */
  consumers?: Record<Producer, Handlers<Transaction>>;
  /** What the domain keeps of people, for the domain `users` to have it exported and erased. */
  personalData: PersonalData<Transaction>;
  /** Whose events write of people here, and have to have had their effect before a person is erased; all, when omitted. */
  writesOfPeople?: readonly NoInfer<Producer>[];
  /** What is to be done before a person is erased, outside of the database; when it fails, it is tried again. */
  beforeErasure?: (userId: string) => Promise<void>;
  /** What else there is to do for a person whom a restore had brought back, and who was erased again, in that transaction. */
  onErasedAgain?: (tx: Transaction, userId: string) => Promise<void>;
  /** The sealed fields of the database, when it has any: they are kept sealed, exported in the clear, and closed with the domain. */
  sealed?: Pick<SealedFieldsOf<unknown>, 'unsealRows' | 'keep' | 'close'> | undefined;
}

/** What every domain stands on. Hand it to `defineSubgraph` with the rest. */
export interface Domain<Producer extends string> {
  name: string;
  logger: Logger;
  metrics: Registry;
  log: EventLog;
  relay: Relay;
  consumers: Record<Producer, Consumer>;
  /** The database alone: without Redis, everything but live events works. */
  readiness(): Promise<Readiness>;
  /** Ends the relay, the consumers and all connections, those of the database too. */
  close(): Promise<void>;
}

/** The domain that asks all others to export or to erase a person. */
const requests = 'users';

/** A database that is away lets its clients wait and try again; who asks for the readiness wants to know now. */
const patienceMs = 1_000;

/**
 * Opens a domain: its outbox is relayed, the event log can be followed, and the events of others have their effect. It
 * needs neither PostgreSQL nor Redis to begin with, and finds them when they come.
 */
export function openDomain<Transaction extends DomainTransaction, Producer extends string = never>(
  options: DomainOptions<Transaction, Producer>,
): Domain<Producer> {
  const { name, database, databaseUrl, redisUrl } = options;
  if (tracing) traceSql();
  const logger = options.logger ?? createLogger({ name, level: options.logLevel });
  const metrics = new Registry();
  const log = createEventLog({ redisUrl, logger, metrics });
  const relay = createRelay({ domain: name, databaseUrl: directUrl(databaseUrl), redisUrl, logger, metrics });
  const given: Record<string, Handlers<Transaction>> = options.consumers ?? {};
  const onRequests = onPersonRequested({
    domain: name,
    personalData: options.personalData,
    unsealRows: options.sealed?.unsealRows,
    beforeErasure: options.beforeErasure,
    async upToDate() {
      const others = consumers.filter(
        ([producer]) =>
          producer !== requests &&
          (options.writesOfPeople ?? Object.keys(given)).some((domain) => domain === producer),
      );
      await Promise.all(others.map(([, consumer]) => consumer.catchUp()));
    },
  });
  const handlersOf = { ...given, [requests]: { ...given[requests], ...onRequests } };
  const consumers = Object.entries(handlersOf).map(([domain, handlers]): [string, Consumer] => [
    domain,
    createConsumer({ name, domain, database, log, handlers, logger, metrics }),
  ]);

  relay.start();
  for (const [, consumer] of consumers) consumer.start();
  const stopSealing = options.sealed?.keep({ logger, metrics });
  const stopErasing =
    options.sealed &&
    eraseAgain({
      ...{ domain: name, database, logger },
      personalData: options.personalData,
      onErased: options.onErasedAgain,
    });

  return {
    name,
    logger,
    metrics,
    log,
    relay,
    consumers: Object.fromEntries(consumers) as Record<Producer, Consumer>,
    readiness: async () => ({ database: await answers(database) }),
    async close() {
      // Together: what waits for the log, while Redis is away, is let go by the end of the log.
      await Promise.all([
        ...consumers.map(([, consumer]) => consumer.close()),
        relay.close(),
        log.close(),
        stopSealing?.(),
        stopErasing?.(),
      ]);
      await options.sealed?.close();
      await database.$disconnect();
    },
  };
}

async function answers(database: Pick<DomainDatabase<ConsumerTables>, '$queryRaw'>): Promise<true | string> {
  const late = delay(patienceMs, 'late', { ref: false });
  try {
    const answer = await Promise.race([database.$queryRaw`SELECT 1`, late]);
    return answer !== 'late' || 'PostgreSQL does not answer';
  } catch {
    return 'PostgreSQL is away';
  }
}
