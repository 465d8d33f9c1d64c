import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { copyOut } from './copy.ts';
import { openSession } from './session.ts';

const adminUrl = new URL(process.env.KRONOS_TEST_POSTGRES_URL!);
/** The message CopyDone. @see https://www.postgresql.org/docs/18/protocol-message-formats.html */
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/** A way to PostgreSQL on which what follows the last row of a COPY comes in a packet of its own, and late. */
async function startSlowWay() {
  const server = createServer((client) => {
    const postgres = connect(Number(adminUrl.port), adminUrl.hostname);
    client.pipe(postgres);
    let sending = Promise.resolve();
    postgres.on('data', (bytes) => {
      const end = bytes.indexOf(copyDone) + copyDone.length;
      sending = sending.then(async () => {
        if (end >= copyDone.length) {
          client.write(bytes.subarray(0, end));
          await delay(50);
        }
        client.write(end >= copyDone.length ? bytes.subarray(end) : bytes);
      });
    });
    for (const [one, other] of [[client, postgres] as const, [postgres, client] as const])
      one.on('error', () => undefined).on('close', () => other.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = Object.assign(new URL(adminUrl), {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  return { url: url.href, [Symbol.asyncDispose]: async () => void server.close() };
}

test('rows are counted although their number comes later than the last of them', async () => {
  await using way = await startSlowWay();
  await using client = await openSession(way.url);
  // Gone with the transaction, which nobody commits.
  await client.query('BEGIN; CREATE TABLE public.copied AS SELECT generate_series(1, 3) AS number');
  const rows = copyOut(client, { name: 'copied', columns: ['number'], copyFormat: 'text' });
  const parts: Buffer[] = [];
  for await (const part of rows.content) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe('1\n2\n3\n');
  expect(await rows.result()).toMatchObject({ rows: 3, bytes: 6 });
});
