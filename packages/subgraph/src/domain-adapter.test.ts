import { PrismaClient } from '@kronos/prisma-auth';
import { expect, test } from 'vitest';
import { domainAdapter, statementNames } from './domain-adapter.ts';
import { createTestDatabase } from './testing/index.ts';

test('a statement has a name from when it is met the third time, and no two have the same', () => {
  const nameOf = statementNames();
  const names = ['a', 'b', 'a', 'a', 'b', 'b', 'a', 'b'].map(nameOf);
  expect(names).toEqual([
    undefined,
    undefined,
    undefined,
    'kronos-0',
    undefined,
    'kronos-1',
    'kronos-0',
    'kronos-1',
  ]);
});

test('what comes in endless forms stays without names, and cannot take those of the others', () => {
  const nameOf = statementNames();
  for (let turn = 0; turn < 3; turn += 1) nameOf('frequent');
  const all = new Set<string | undefined>();
  for (let form = 0; form < 5_000; form += 1)
    for (let turn = 0; turn < 3; turn += 1) all.add(nameOf(`form ${form}`));
  expect(all.size).toBe(200);
  expect(nameOf('frequent')).toBe('kronos-0');
});

test('frequent statements are prepared once on a connection, and none behind a pgBouncer', async () => {
  await using database = await createTestDatabase('auth');
  const preparedAt = async (url: string) => {
    const db = new PrismaClient({ adapter: domainAdapter(url) });
    for (let turn = 0; turn < 5; turn += 1)
      await db.account.findMany({ where: { email: `${turn}@example.com` } });
    const rows = await db.$queryRaw<
      { name: string }[]
    >`SELECT name FROM pg_prepared_statements WHERE from_sql = false`;
    await db.$disconnect();
    return rows.map(({ name }) => name).filter((name) => name.startsWith('kronos-'));
  };
  expect(await preparedAt(database.url)).toEqual(['kronos-0']);
  expect(await preparedAt(`${database.url}?pgbouncer=true`)).toEqual([]);
});
