import { randomUUID } from 'node:crypto';
import type { Logger } from '@kronos/service';
import { Counter, type Registry } from 'prom-client';
import type { Letter } from './letter.ts';
import { isFinal, retryDelayMs } from './retry.rules.ts';
import type { Send } from './smtp.ts';

/** What is needed of a domain's Prisma client, or of a transaction of it, to post a letter: the table `mail`. */
export interface MailTables {
  mail: { create(row: { data: { id: string; content: string; expiresAt: Date } }): PromiseLike<unknown> };
}

interface Statements {
  $queryRaw<Rows>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<Rows>;
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<number>;
}

interface MailDatabase<Transaction> extends Statements {
  $transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
}

/** What a letter is to be about; JSON. */
export type LetterOrder = Readonly<Record<string, string | null>>;

/** Encrypts what lies in the table: letters have addresses and links that let people in. */
interface Sealer {
  seal(plaintext: Uint8Array, context: string): string;
  unseal(text: string, context: string): Uint8Array;
}

export interface PostOptions<Transaction> {
  database: MailDatabase<Transaction>;
  sealer: Sealer;
  /** The way to the mail server; without one letters wait until there is. */
  smtp: Send | undefined;
  /**
   * Writes the letter of an order, in a transaction with what belongs to it; null when there is nothing to write. Needed
   * where orders are placed.
   */
  write?(transaction: Transaction, order: LetterOrder): Promise<Letter | null>;
  logger: Logger;
  metrics: Registry;
  /** How often to look for letters that nobody has told of, in milliseconds; 2 seconds when omitted. */
  sweepMs?: number;
}

/** Sends letters that lie in a domain's database. */
export interface Post {
  /**
   * Puts a letter into the database, in the transaction of what it tells of: it is sent if that commits, and only then.
   *
   * @param expiresAt from when on the letter is worth nothing, and not sent any more
   */
  put(transaction: MailTables, letter: Letter, expiresAt: Date): Promise<void>;
  /**
   * Orders a letter that is written when it is sent. Ordering takes the same time whatever there will be to write, so that
   * nobody learns from it whether somebody has an account.
   */
  order(transaction: MailTables, order: LetterOrder, expiresAt: Date): Promise<void>;
  /** Looks for letters now. Call it after the commit; without it they are found two seconds later. */
  wake(): void;
  start(): void;
  close(): Promise<void>;
}

interface Row {
  id: string;
  content: string;
  attempts: number;
  createdAt: Date;
  isExpired: boolean;
}

/** What is sealed in a row. */
type Content = { letter: Letter } | { order: LetterOrder };

/** In the place of a letter that was given up: whom it was to, nobody needs to know any more. */
const nothing: Content = { order: {} };

const atOnce = 10;

/**
 * Creates the post of a domain. It may run in many processes: each letter is claimed for ninety seconds by the one that
 * sends it, and removed once the server has taken it. One that died in between leaves the letter to the others, who send it
 * under the same id; so it arrives at least once.
 */
export function createPost<Transaction extends Statements>(options: PostOptions<Transaction>): Post {
  const { database, sealer, smtp, write, logger, sweepMs = 2_000 } = options;
  const outcomes = new Counter({
    name: 'kronos_mail_total',
    help: 'Letters by what became of an attempt to send them.',
    labelNames: ['outcome'],
    registers: [options.metrics],
  });
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isAsked = false;
  let isClosed = false;
  let isAway = false;

  function claim() {
    return database.$queryRaw<Row[]>`
      UPDATE mail SET attempts = attempts + 1, next_attempt_at = now() + interval '90 seconds'
      WHERE id IN (
        SELECT id FROM mail WHERE failed_at IS NULL AND next_attempt_at <= now()
        ORDER BY next_attempt_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED
      )
      RETURNING id, content, attempts, created_at AS "createdAt", expires_at <= now() AS "isExpired"`;
  }

  async function deliver(way: Send, row: Row): Promise<void> {
    const { id } = row;
    if (row.isExpired) {
      await database.$executeRaw`DELETE FROM mail WHERE id = ${id}::uuid`;
      outcomes.inc({ outcome: 'expired' });
      logger.warn({ mailId: id }, 'a letter could not be sent in time');
      return;
    }
    try {
      const content = JSON.parse(
        Buffer.from(sealer.unseal(row.content, mailContext(id))).toString(),
      ) as Content;
      const letter = 'letter' in content ? content.letter : await fulfil(id, content.order);
      if (!letter) return;
      await way.send(letter, id, row.createdAt);
    } catch (error) {
      return postpone(row, error);
    }
    await database.$executeRaw`DELETE FROM mail WHERE id = ${id}::uuid`;
    outcomes.inc({ outcome: 'sent' });
  }

  /** Puts the letter in the place of its order, so that however often it is sent, it says the same. */
  function fulfil(id: string, order: LetterOrder): Promise<Letter | null> {
    return database.$transaction(async (transaction) => {
      const letter = (await write?.(transaction, order)) ?? null;
      if (letter) {
        await transaction.$executeRaw`UPDATE mail SET content = ${seal(id, { letter })} WHERE id = ${id}::uuid`;
      } else {
        await transaction.$executeRaw`DELETE FROM mail WHERE id = ${id}::uuid`;
      }
      return letter;
    });
  }

  function seal(id: string, content: Content): string {
    return sealer.seal(Buffer.from(JSON.stringify(content)), mailContext(id));
  }

  async function add(transaction: MailTables, content: Content, expiresAt: Date): Promise<void> {
    const id = randomUUID();
    await transaction.mail.create({ data: { id, content: seal(id, content), expiresAt } });
  }

  async function postpone({ id, attempts }: Row, error: unknown): Promise<void> {
    const delay = isFinal(error) ? null : retryDelayMs(attempts);
    // Not the server's words: they often repeat the address.
    const { code, responseCode } = error as { code?: string; responseCode?: number };
    const reason = { mailId: id, attempts, code, responseCode };
    if (delay === null) {
      await database.$executeRaw`UPDATE mail SET failed_at = now(), content = ${seal(id, nothing)} WHERE id = ${id}::uuid`;
      outcomes.inc({ outcome: 'given up' });
      logger.error(reason, 'a letter is given up');
      return;
    }
    await database.$executeRaw`
      UPDATE mail SET next_attempt_at = now() + make_interval(secs => ${delay / 1_000}::double precision)
      WHERE id = ${id}::uuid`;
    outcomes.inc({ outcome: 'postponed' });
    logger.warn({ ...reason, retryInMs: delay }, 'a letter could not be sent; it is tried again');
  }

  async function work(way: Send): Promise<void> {
    do {
      isAsked = false;
      const rows = await claim();
      const deliveries = await Promise.allSettled(rows.map((row) => deliver(way, row)));
      const failure = deliveries.find(({ status }) => status === 'rejected');
      if (failure) throw (failure as PromiseRejectedResult).reason;
      if (rows.length === atOnce) isAsked = true;
    } while (isAsked && !isClosed);
  }

  function look(): void {
    if (!smtp || isClosed) return;
    isAsked = true;
    running ??= work(smtp)
      .then(
        () => {
          isAway = false;
        },
        (error) => {
          if (!isAway) logger.warn({ err: error }, 'letters wait: the database does not answer');
          isAway = true;
        },
      )
      .finally(() => {
        running = undefined;
      });
  }

  return {
    put: (transaction, letter, expiresAt) => add(transaction, { letter }, expiresAt),
    order: (transaction, order, expiresAt) => add(transaction, { order }, expiresAt),
    wake: look,
    start() {
      if (!smtp) logger.warn('SMTP_URL is not set: letters wait in the database');
      timer = setInterval(look, sweepMs);
      look();
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running;
      smtp?.close();
    },
  };
}

/** What a letter is sealed for while it waits. */
export function mailContext(id: string): string {
  return `mail:${id}`;
}
