import { expect, test } from 'vitest';
import { sampleEvents } from '../testing/sample-events.ts';
import { Ring } from './ring.ts';

function ringOf(first: number, last: number, capacity: number): Ring {
  const ring = new Ring(capacity);
  for (const entry of sampleEvents(first, last)) ring.push(entry);
  return ring;
}
const positions = (ring: Ring, after: number) => ring.after(after)?.map(({ position }) => position) ?? null;

test('an empty ring covers nothing, whatever the log holds', () => {
  expect(positions(new Ring(4), 0)).toBeNull();
  expect(positions(new Ring(4), 50)).toBeNull();
});

test('a ring covers from just before its first entry to just before its last', () => {
  const ring = ringOf(51, 53, 10);
  expect(positions(ring, 49)).toBeNull();
  expect(positions(ring, 50)).toEqual([51, 52, 53]);
  expect(positions(ring, 52)).toEqual([53]);
  expect(positions(ring, 53)).toBeNull();
  expect(positions(ring, 60)).toBeNull();
});

test('a ring forgets the oldest and is bounded', () => {
  const ring = ringOf(1, 100, 4);
  const kept = positions(ring, 96) ?? [];
  expect(kept).toEqual([97, 98, 99, 100]);
  expect(positions(ring, 90)).toBeNull();
});

test('a cleared ring covers nothing', () => {
  const ring = ringOf(1, 3, 4);
  ring.clear();
  expect(positions(ring, 1)).toBeNull();
});

test('a ring begins anew where positions leap', () => {
  const ring = ringOf(51, 53, 10);
  const [next] = sampleEvents(900, 900);
  ring.push({ ...next!, previous: 53 });
  expect(positions(ring, 52)).toBeNull();
  expect(positions(ring, 899)).toEqual([900]);
});
