import { Redis } from 'ioredis';
import { Client } from 'pg';
import { expect, test, vi } from 'vitest';
import { createTestDatabase, testRedisUrl } from './index.ts';

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('each test has a database of its own, with the domain’s tables, for as long as it runs', async () => {
  const [one, other] = await Promise.all([createTestDatabase('auth'), createTestDatabase('auth')]);
  await query(one.url, "INSERT INTO inbox (consumer, event_id) VALUES ('x', gen_random_uuid())");
  expect(await query(one.url, 'SELECT count(*)::int FROM inbox')).toEqual([{ count: 1 }]);
  expect(await query(other.url, 'SELECT count(*)::int FROM inbox')).toEqual([{ count: 0 }]);
  await Promise.all([one, other].map((database) => database[Symbol.asyncDispose]()));
  await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
});

test('each call gives an empty Redis of its own', async () => {
  const urls = await Promise.all([testRedisUrl(), testRedisUrl()]);
  expect(new Set(urls).size).toBe(2);
  const [one, other] = urls.map((url) => new Redis(url)) as [Redis, Redis];
  await one.set('key', 'value');
  expect([await one.dbsize(), await other.dbsize()]).toEqual([1, 0]);
  one.disconnect();
  other.disconnect();
});

test('what is missing is said', async () => {
  vi.stubEnv('KRONOS_TEST_POSTGRES_URL', '');
  vi.stubEnv('KRONOS_TEST_REDIS_URL', '');
  await expect(createTestDatabase('auth')).rejects.toThrow('KRONOS_TEST_POSTGRES_URL is not set');
  await expect(testRedisUrl()).rejects.toThrow('KRONOS_TEST_REDIS_URL is not set');
  vi.unstubAllEnvs();
});
