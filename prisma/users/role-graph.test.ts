import { expect, test } from 'vitest';
import { byRank, closureOf, type GraphRole, heirsOf, scopesOf } from './role-graph.ts';

const role = (id: string, rank: number, scopes: string[], inherits: string[] = []): GraphRole => ({
  ...{ id, name: id, rank },
  permissions: scopes.map((scope) => ({ scope })),
  inherits: inherits.map((inheritedId) => ({ inheritedId })),
});
const graphOf = (...roles: GraphRole[]) => new Map(roles.map((each) => [each.id, each]));

const graph = graphOf(
  role('a', 0, ['y', 'x']),
  role('b', 1, ['x', 'z'], ['a']),
  role('c', 2, [], ['b', 'a']),
  role('d', 2, ['w']),
);
const idsOf = (roleIds: string[]) => [...closureOf(graph, roleIds).keys()].map(({ id }) => id);

test('a role has what it inherits, directly or through others, once', () => {
  expect(idsOf(['c'])).toEqual(['c', 'b', 'a']);
  expect(scopesOf(closureOf(graph, ['c']).keys())).toEqual(['x', 'y', 'z']);
  expect(idsOf([])).toEqual([]);
  expect(idsOf(['nonsense'])).toEqual([]);
});

test('each role is reached by the shortest way', () => {
  const via = new Map([...closureOf(graph, ['c'])].map(([to, from]) => [to.id, from?.id]));
  expect(via).toEqual(
    new Map([
      ['c', undefined],
      ['b', 'c'],
      ['a', 'c'],
    ]),
  );
});

test('even a cycle, which nobody can make, comes to an end', () => {
  const cycle = graphOf(role('a', 0, ['x'], ['b']), role('b', 0, ['y'], ['a']));
  expect(scopesOf(closureOf(cycle, ['a']).keys())).toEqual(['x', 'y']);
  expect(heirsOf(cycle, ['a']).sort()).toEqual(['a', 'b']);
});

test('heirs are all roles to which a right comes down', () => {
  expect(heirsOf(graph, ['a']).sort()).toEqual(['a', 'b', 'c']);
  expect(heirsOf(graph, ['d'])).toEqual(['d']);
});

test('the highest role comes first, then the first by name', () => {
  expect([...graph.values()].sort(byRank).map(({ id }) => id)).toEqual(['c', 'd', 'b', 'a']);
});
