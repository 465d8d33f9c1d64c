import { expect, test } from 'vitest';
import { decodeId, encodeId, newId } from './ids.ts';
import { toWhere } from './where.ts';

const fields = {
  title: 'title',
  startsAt: 'startsAt',
  organizerId: { column: 'organizerId', decode: (id: string) => decodeId('user', id) },
  isFree: (value: boolean) => ({ price: value ? 0 : { gt: 0 } }),
};

test('no filter is no condition', () => {
  expect([toWhere(null, fields), toWhere(undefined, fields), toWhere({}, fields)]).toEqual([{}, {}, {}]);
});

test('operators of one field and several fields hold together', () => {
  const from = new Date();
  expect(toWhere({ title: { contains: 'x', startsWith: 'y' }, startsAt: { gte: from } }, fields)).toEqual({
    AND: [
      { title: { contains: 'x', mode: 'insensitive' } },
      { title: { startsWith: 'y', mode: 'insensitive' } },
      { startsAt: { gte: from } },
    ],
  });
});

test('and, or, not nest', () => {
  const filter = { or: [{ title: { eq: 'a' } }, { not: { and: [{ title: { in: ['b', 'c'] } }] } }] };
  expect(toWhere(filter, fields)).toEqual({
    AND: [
      {
        OR: [
          { AND: [{ title: { equals: 'a' } }] },
          { AND: [{ NOT: { AND: [{ AND: [{ title: { in: ['b', 'c'] } }] }] } }] },
        ],
      },
    ],
  });
});

test('variables that are not set are no conditions', () => {
  expect(toWhere({ title: null, startsAt: { gte: null, lt: undefined }, not: null }, fields)).toEqual({});
});

test('LIKE’s wildcards are characters', () => {
  expect(toWhere({ title: { contains: '50%_\\' } }, fields)).toEqual({
    AND: [{ title: { contains: '50\\%\\_\\\\', mode: 'insensitive' } }],
  });
});

test('ids are decoded, one by one in a list', () => {
  const uuids = [newId(), newId()];
  const ids = uuids.map((uuid) => encodeId('user', uuid));
  expect(toWhere({ organizerId: { in: ids } }, fields)).toEqual({ AND: [{ organizerId: { in: uuids } }] });
  expect(() => toWhere({ organizerId: { eq: 'order_x' } }, fields)).toThrow('not an id of this type');
});

test('a field can be a condition of its own', () => {
  expect(toWhere({ isFree: false }, fields)).toEqual({ AND: [{ price: { gt: 0 } }] });
});

test('a filter is bounded, because variables have no depth limit', () => {
  const filter = { or: Array.from({ length: 101 }, () => ({ title: { eq: 'x' } })) };
  expect(() => toWhere(filter, fields)).toThrow('at most 100 conditions');
  expect(() => toWhere({ or: Array.from({ length: 200 }, () => ({})) }, fields)).toThrow('at most 200 parts');
  let nested: object = { title: { eq: 'x' } };
  for (let level = 1; level < 10; level++) nested = level % 2 ? { not: nested } : { and: [nested] };
  expect(toWhere(nested, fields)).toBeTruthy();
  expect(() => toWhere({ or: [nested] }, fields)).toThrow('at most 10 levels');
});

test('what the subgraph has forgotten to map is said', () => {
  expect(() => toWhere({ color: { eq: 'red' } }, fields)).toThrow('“color” is not known');
  expect(() => toWhere({ title: { near: 'x' } }, fields)).toThrow('“near” of “title”');
});

test('counts the values of a list among its conditions', () => {
  const filter = { organizerId: { in: Array.from({ length: 101 }, () => encodeId('user', newId())) } };
  expect(() => toWhere(filter, fields)).toThrow('at most 100 conditions');
});
