import { expect, test } from 'vitest';
import { z } from 'zod';
import { UserFaults } from './user-errors.ts';
import { validInput } from './valid-input.ts';

const schema = z.object({
  title: z.string('A title is needed.').trim().min(1, 'A title is needed.'),
  capacity: z.int('A whole number.').positive('At least one.').nullish(),
  tags: z.array(z.string().max(3, 'Too long.')).default([]),
});

function faultsOf(input: unknown, path?: string[]) {
  try {
    validInput(schema, input, path);
  } catch (error) {
    if (error instanceof UserFaults) return error.faults;
    throw error;
  }
  return [];
}

test('what is right is parsed', () => {
  expect(validInput(schema, { title: ' Launch ' })).toEqual({ title: 'Launch', tags: [] });
});

test('all faults come at once, with their places', () => {
  expect(faultsOf({ capacity: 0, tags: ['abc', 'abcd'] })).toEqual([
    { code: 'REQUIRED', message: 'A title is needed.', field: ['input', 'title'] },
    { code: 'INVALID', message: 'At least one.', field: ['input', 'capacity'] },
    { code: 'INVALID', message: 'Too long.', field: ['input', 'tags', '1'] },
  ]);
});

test.each([null, '', '   '])('%j counts as missing', (title) => {
  expect(faultsOf({ title })).toMatchObject([{ code: 'REQUIRED', field: ['input', 'title'] }]);
});

test('an argument that is not called input', () => {
  expect(faultsOf({ title: '' }, ['profile'])).toMatchObject([{ field: ['profile', 'title'] }]);
});
