import { expect, test } from 'vitest';
import { EventReader } from './event-reader.ts';

const event = (number: number) => `data: {"data":{"number":${number},"publishedAt":"${number * 1_000}"}}\n\n`;

function createReader() {
  const found: [number, number][] = [];
  return { found, reader: new EventReader((...event) => found.push(event)) };
}

test('events are found wherever the network cuts them', () => {
  const text = [1, 2, 3].map(event).join('');
  for (let size = 1; size <= text.length; size++) {
    const { found, reader } = createReader();
    for (let from = 0; from < text.length; from += size) reader.read(text.slice(from, from + size));
    expect(found).toEqual([
      [1, 1_000],
      [2, 2_000],
      [3, 3_000],
    ]);
  }
});

test('the first event may have any number', () => {
  const { found, reader } = createReader();
  reader.read(event(41) + event(42));
  expect(found.map(([number]) => number)).toEqual([41, 42]);
});

test('an event that is missing, comes again or too late is a fault', () => {
  for (const numbers of [
    [1, 3],
    [1, 1],
    [2, 1],
  ]) {
    const { reader } = createReader();
    expect(() => reader.read(numbers.map(event).join(''))).toThrow(`came after event ${numbers[0]}`);
  }
});
