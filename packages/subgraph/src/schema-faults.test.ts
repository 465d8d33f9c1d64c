import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { schemaFaults } from './schema-faults.ts';

const faultsOf = (sdl: string) => schemaFaults(parse(sdl));

test('everything that lacks a description is named at once', () => {
  const sdl = `
    type Query {
      things(filter: Filter): [Thing!]! @anonymous
    }
    type Thing implements Node { id: ID! kind: Kind! }
    interface Node { id: ID! }
    input Filter { kind: Kind }
    enum Kind { LARGE }
    union Any = Thing
    scalar DateTime
  `;
  expect(faultsOf(sdl)).toEqual([
    'line 2: Query has no description',
    'line 3: Query.things has no description',
    'line 3: Query.things(filter:) has no description',
    'line 5: Thing has no description',
    'line 5: Thing.id has no description',
    'line 5: Thing.kind has no description',
    'line 6: Node has no description',
    'line 6: Node.id has no description',
    'line 7: Filter has no description',
    'line 7: Filter.kind has no description',
    'line 8: Kind has no description',
    'line 8: Kind.LARGE has no description',
    'line 9: Any has no description',
    'line 10: DateTime has no description',
  ]);
});

test('an extension needs no description of its own, its fields do', () => {
  expect(faultsOf('extend type Query { "Things." a: Int @anonymous b: Int @anonymous }')).toEqual([
    'line 1: Query.b has no description',
  ]);
});

test('an empty description is none', () => {
  expect(faultsOf('"  " scalar DateTime')).toEqual(['line 1: DateTime has no description']);
});

test('every root field says who may call it', () => {
  const sdl = `
    "Root." type Mutation {
      "A." a: Int
      "B." b: Int @authenticated
      "C." c: Int @requiresScopes(scopes: [["x"]])
      "D." d: Int @anonymous
      "E." e: Int @anonymous @authenticated
    }`;
  expect(faultsOf(sdl)).toEqual([
    'line 3: Mutation.a does not say who may call it: @authenticated, @requiresScopes or @anonymous',
    'line 7: Mutation.e is @anonymous and restricted at once',
  ]);
});

test('access rules stand where they are enforced', () => {
  const sdl = '"Node." interface Node @authenticated { "Id." id: ID! @requiresScopes(scopes: [["x"]]) }';
  expect(faultsOf(sdl)).toEqual([
    'line 1: Node carries @authenticated, which is enforced on object types only: put it there',
    'line 1: Node.id carries @requiresScopes, which is enforced on object types only: put it there',
  ]);
});

test('an unknown scalar is named', () => {
  expect(faultsOf('"A colour." scalar Colour')).toEqual(['scalar Colour has no implementation']);
});
