import { expect, test } from 'vitest';
import { accessOf } from './access.ts';
import type { GraphRole } from './role-graph.ts';

const role = (id: string, rank: number, scopes: string[], inherits: string[] = []): GraphRole => ({
  ...{ id, name: id, rank },
  permissions: scopes.map((scope) => ({ scope })),
  inherits: inherits.map((inheritedId) => ({ inheritedId })),
});
const roles = [
  role('user', 0, []),
  role('premium', 10, ['x', 'y']),
  role('editor', 20, ['y', 'z'], ['premium']),
  role('admin', 100, ['a']),
];
const graph = new Map(roles.map((each) => [each.id, each]));

/** @param groups by id, each with its roles */
const holder = (held: string[], groups: Record<string, string[]> = {}) => ({
  id: 'ada',
  roles: held.map((roleId) => ({ roleId })),
  groups: Object.entries(groups).map(([groupId, ids]) => ({
    groupId,
    group: { roles: ids.map((roleId) => ({ roleId })) },
  })),
});

test('the highest role comes first, and a scope that two roles give counts once', () => {
  expect(accessOf(holder(['user', 'admin', 'premium', 'editor']), graph)).toEqual({
    roles: ['admin', 'editor', 'premium', 'user'],
    scopes: ['a', 'x', 'y', 'z'],
    groups: [],
  });
});

test('roles come by inheritance and by groups too', () => {
  expect(accessOf(holder(['user'], { g1: ['editor'], g2: [] }), graph)).toEqual({
    roles: ['editor', 'premium', 'user'],
    scopes: ['x', 'y', 'z'],
    groups: ['g1', 'g2'],
  });
});

test('no role, no right', () => {
  expect(accessOf(holder([]), graph)).toEqual({ roles: [], scopes: [], groups: [] });
});
