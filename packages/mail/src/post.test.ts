import { randomBytes } from 'node:crypto';
import { soon } from '@kronos/events/testing';
import { type Prisma, PrismaClient } from '@kronos/prisma-auth';
import { createSealer } from '@kronos/sealing';
import { createLogger } from '@kronos/service';
import { createTestDatabase, type TestDatabase } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeLetter } from './letter.ts';
import { createPost, mailContext, type Post, type PostOptions } from './post.ts';
import type { Send } from './smtp.ts';

let created: TestDatabase;
let database: PrismaClient;
let metrics: Registry;
let opened: Post[];
beforeEach(async () => {
  created = await createTestDatabase('auth');
  database = new PrismaClient({ adapter: new PrismaPg({ connectionString: created.url, max: 5 }) });
  opened = [];
});
afterEach(async () => {
  for (const post of opened) await post.close();
  await database.$disconnect();
  await created[Symbol.asyncDispose]();
});

const sealer = createSealer({ keys: [{ id: 'test', key: randomBytes(32) }] });
const letter = writeLetter({ to: 'ada@example.com', subject: 'Hello', paragraphs: ['How are you?'] });
const later = () => new Date(Date.now() + 3_600_000);

/** A mail server that keeps what it takes, by id, and refuses as it is told. */
function createServer(refusals: unknown[] = []) {
  const taken: { id: string; to: string }[] = [];
  const send: Send = {
    async send({ to }, id) {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      taken.push({ id, to });
    },
    close() {},
  };
  return { taken, send };
}

function openPost(smtp: Send | undefined, write?: PostOptions<Prisma.TransactionClient>['write']): Post {
  metrics = new Registry();
  const logger = createLogger({ name: 'test', level: 'silent' });
  const post = createPost({ database, sealer, smtp, write, logger, metrics, sweepMs: 50 });
  opened.push(post);
  post.start();
  return post;
}

test('a letter is sent when its transaction commits, and is gone then', async () => {
  const server = createServer();
  const post = openPost(server.send);
  await database.$transaction((transaction) => post.put(transaction, letter, later()));
  post.wake();
  await soon(async () => expect(await database.mail.count()).toBe(0));
  expect(server.taken).toEqual([{ id: expect.any(String), to: 'ada@example.com' }]);
});

test('a letter of a transaction that is rolled back is never sent', async () => {
  const server = createServer();
  const post = openPost(server.send);
  const failed = database.$transaction(async (transaction) => {
    await post.put(transaction, letter, later());
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  await post.put(database, writeLetter({ to: 'bob@example.com', subject: '', paragraphs: [] }), later());
  post.wake();
  await soon(() => expect(server.taken).toMatchObject([{ to: 'bob@example.com' }]));
});

test('what lies in the table tells nobody whom the letter is to, or what it says', async () => {
  const post = openPost(undefined);
  await post.put(database, letter, later());
  const [row] = await database.mail.findMany();
  expect(row!.content).toMatch(/^sealed:/);
  expect(JSON.stringify(row)).not.toMatch(/ada|How are you/);
});

test('a server that is away is asked again, and gets the same letter', async () => {
  const server = createServer([Object.assign(new Error('away'), { code: 'ECONNREFUSED' })]);
  const post = openPost(server.send);
  await post.put(database, letter, later());
  post.wake();
  await soon(async () => expect((await database.mail.findFirst())?.attempts).toBe(1));
  const row = await database.mail.findFirstOrThrow();
  await soon(async () =>
    expect((await database.mail.findFirstOrThrow()).nextAttemptAt.getTime() - Date.now()).toBeLessThan(
      11_000,
    ),
  );
  await database.mail.updateMany({ data: { nextAttemptAt: new Date() } });
  await soon(() => expect(server.taken).toEqual([{ id: row.id, to: 'ada@example.com' }]));
});

test('what a server refuses for good is given up at once, and its content is forgotten', async () => {
  const server = createServer([Object.assign(new Error('no such mailbox'), { responseCode: 550 })]);
  const post = openPost(server.send);
  await post.put(database, letter, later());
  post.wake();
  await soon(async () => {
    const { id, failedAt, content } = await database.mail.findFirstOrThrow();
    expect(failedAt).not.toBeNull();
    expect(Buffer.from(sealer.unseal(content, mailContext(id))).toString()).not.toContain('ada');
  });
  expect(await metrics.getSingleMetricAsString('kronos_mail_total')).toContain('outcome="given up"} 1');
});

test('after eight refusals it is given up', async () => {
  const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
  const server = createServer([away]);
  await openPost(undefined).put(database, letter, later());
  await database.mail.updateMany({ data: { attempts: 7 } });
  openPost(server.send).wake();
  await soon(async () => expect((await database.mail.findFirst())?.failedAt).not.toBeNull());
  expect(server.taken).toEqual([]);
});

test('what is ordered is written once, however often it is sent, and not at all when there is nothing to write', async () => {
  const written: unknown[] = [];
  const server = createServer([Object.assign(new Error('away'), { code: 'ECONNREFUSED' })]);
  const post = openPost(server.send, async (_transaction, order) => {
    written.push(order);
    return order.to ? { ...letter, to: order.to } : null;
  });
  await post.order(database, { to: 'ada@example.com' }, later());
  await post.order(database, { to: null }, later());
  post.wake();
  await soon(async () => expect(await database.mail.findMany()).toMatchObject([{ attempts: 1 }]));
  await soon(async () => {
    await database.mail.updateMany({ data: { nextAttemptAt: new Date() } });
    expect(server.taken).toMatchObject([{ to: 'ada@example.com' }]);
  });
  expect(written).toHaveLength(2);
});

test('a letter that has come too late is not sent', async () => {
  const server = createServer();
  const post = openPost(server.send);
  await post.put(database, letter, new Date(Date.now() - 1));
  post.wake();
  await soon(async () => expect(await database.mail.count()).toBe(0));
  expect(server.taken).toEqual([]);
});

test('many processes send each letter once; that of one that has died goes out when its claim is over', async () => {
  const [one, other] = [createServer(), createServer()];
  const writer = createPost({
    database,
    sealer,
    smtp: undefined,
    logger: createLogger({ name: 'test', level: 'silent' }),
    metrics: new Registry(),
  });
  for (let count = 0; count < 40; count += 1) await writer.put(database, letter, later());
  // Claimed by a process that is no more.
  const [dead] = await database.mail.findMany({ take: 1 });
  await database.mail.update({
    where: { id: dead!.id },
    data: { attempts: 1, nextAttemptAt: new Date(Date.now() + 90_000) },
  });
  const posts = [openPost(one.send), openPost(other.send)];
  for (const post of posts) post.wake();
  await soon(async () => expect(await database.mail.count()).toBe(1));
  const ids = [...one.taken, ...other.taken].map(({ id }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([39, 39]);
  await database.mail.updateMany({ data: { nextAttemptAt: new Date() } });
  await soon(() => expect([...one.taken, ...other.taken].map(({ id }) => id)).toContain(dead!.id));
});
