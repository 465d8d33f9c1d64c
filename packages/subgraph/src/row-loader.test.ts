import { expect, test } from 'vitest';
import { rowLoader } from './row-loader.ts';

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
