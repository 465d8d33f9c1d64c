import { expect, test } from 'vitest';
import { sseMessage } from './sse.ts';

test('writes the fields that are given and ends with an empty line', () => {
  expect(sseMessage({ id: '7', event: 'next', data: '{}' })).toBe('id: 7\nevent: next\ndata: {}\n\n');
  expect(sseMessage({ id: '8' })).toBe('id: 8\n\n');
  expect(sseMessage({ event: 'complete', data: '' })).toBe('event: complete\ndata: \n\n');
});
