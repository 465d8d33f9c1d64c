import { expect, test } from 'vitest';
import { mutation, UserFault, userFaults } from './user-errors.ts';

const taken = new UserFault({ code: 'CONFLICT', message: 'That name is taken.', field: ['input', 'name'] });
const short = new UserFault({ code: 'INVALID', message: 'Too short.', field: ['input', 'title'] });

test('a result becomes a payload without faults', async () => {
  const resolve = mutation(async (_parent, { name }: { name: string }) => ({ thing: name }));
  expect(await resolve(null, { name: 'a' }, null, null)).toEqual({ thing: 'a', userErrors: [] });
});

test('thrown faults become the payload, one or several', async () => {
  const one = mutation(async () => userFaults(taken));
  const several = mutation(async () => userFaults([taken, short]));
  expect(await one(null, null, null, null)).toEqual({ userErrors: [taken] });
  expect(await several(null, null, null, null)).toEqual({ userErrors: [taken, short] });
});

test('any other error is not the user’s', async () => {
  const resolve = mutation(async () => {
    throw new TypeError('a bug');
  });
  await expect(resolve(null, null, null, null)).rejects.toThrow('a bug');
});
