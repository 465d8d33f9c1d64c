import { expect, test } from 'vitest';
import { distinctPermissions } from './role.rules.ts';

const role = (...scopes: string[]) => ({
  permissions: scopes.map((scope) => ({ scope, permission: { scope, description: null } })),
});

test('a permission that several roles give counts once', () => {
  const scopes = distinctPermissions([role('b', 'c'), role('a', 'c')]).map(({ scope }) => scope);

  expect(scopes).toEqual(['a', 'b', 'c']);
});

test('no role, no permission', () => {
  expect(distinctPermissions([])).toEqual([]);
});
