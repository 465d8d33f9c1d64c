import { expect, test } from 'vitest';
import { accessOf } from './access.ts';

const role = (name: string, rank: number, ...scopes: string[]) => ({
  role: { name, rank, permissions: scopes.map((scope) => ({ scope })) },
});

test('the highest role comes first', () => {
  const { roles } = accessOf({ roles: [role('user', 0), role('admin', 100), role('premium', 10)] });

  expect(roles).toEqual(['admin', 'premium', 'user']);
});

test('a scope that two roles give counts once', () => {
  const { scopes } = accessOf({ roles: [role('a', 0, 'y', 'x'), role('b', 1, 'x', 'z')] });

  expect(scopes).toEqual(['x', 'y', 'z']);
});

test('no role, no right', () => {
  expect(accessOf({ roles: [] })).toEqual({ roles: [], scopes: [] });
});
