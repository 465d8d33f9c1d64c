import { expect, test } from 'vitest';
import { rowLoader, rowsLoader } from './row-loader.ts';

test('many references cost one fetch, each id once, and missing rows are null', async () => {
  const fetched: (readonly string[])[] = [];
  const loader = rowLoader(async (ids) => {
    fetched.push(ids);
    return [
      { id: 'c', name: 'C' },
      { id: 'a', name: 'A' },
    ];
  });
  const rows = await Promise.all(['a', 'b', 'c', 'a'].map((id) => loader.load(id)));
  expect(rows.map((row) => row?.name ?? null)).toEqual(['A', null, 'C', 'A']);
  expect(fetched).toEqual([['a', 'b', 'c']]);
});

test('rows that are known by another field', async () => {
  const loader = rowLoader(
    async () => [{ slug: 'x', title: 'X' }],
    (row) => row.slug,
  );
  expect(await loader.load('x')).toEqual({ slug: 'x', title: 'X' });
});

test('many lists cost one fetch, are empty where there is nothing, and are read again', async () => {
  const fetched: string[][] = [];
  let rows = [
    { owner: 'b', name: 'B1' },
    { owner: 'a', name: 'A1' },
    { owner: 'b', name: 'B2' },
  ];
  const loader = rowsLoader(
    async (owners) => {
      fetched.push(owners);
      return rows;
    },
    ({ owner }) => owner,
  );
  const lists = await Promise.all(['a', 'b', 'c', 'b'].map((owner) => loader.load(owner)));
  expect(lists.map((list) => list.map(({ name }) => name))).toEqual([['A1'], ['B1', 'B2'], [], ['B1', 'B2']]);
  rows = [];
  expect(await loader.load('a')).toEqual([]);
  expect(fetched).toEqual([['a', 'b', 'c'], ['a']]);
});
