import { Supergraph } from '@apollo/federation-internals';
import { expect, test } from 'vitest';
import { compose } from '../testing/index.ts';
import { prepareSupergraph } from './prepare.ts';

const link = (...names: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${names.join(', ')}])`;

test('access directives go, under whatever names, and the rest stays', () => {
  const sdl = compose({
    a: {
      sdl: `${link('{ name: "@authenticated", as: "@known" }', '"@requiresScopes"', '"@policy"', '"@tag"')}
        type Query { open: Int @tag(name: "public") a: Int @known b: Day @requiresScopes(scopes: [["x"]]) c: Int @policy(policies: [["y"]]) }
        scalar Day @known`,
    },
  });
  expect(() => Supergraph.build(sdl)).toThrow(/for: SECURITY but is unsupported/);
  const prepared = prepareSupergraph(sdl);
  expect(prepared).not.toMatch(/known|requiresScopes|policy/);
  expect(prepared).toMatch(/open: Int @tag\(name: "public"\)/);
  expect(Supergraph.build(prepared).apiSchema().type('Day')).toBeDefined();
});

test('an unresolvable key beside a resolvable one goes; one that stands alone stays', () => {
  const sdl = compose({
    a: {
      sdl: `${link('"@key"', '"@shareable"')}
        type Query { t: T }
        type T @key(fields: "id") @key(fields: "code", resolvable: false) { id: ID! code: ID! @shareable }
        type U @key(fields: "id", resolvable: false) { id: ID! }`,
    },
    b: {
      sdl: `${link('"@key"', '"@shareable"')}
        type T @key(fields: "code") { code: ID! @shareable more: Int }
        type U @key(fields: "id") { id: ID! name: String }`,
    },
  });
  expect(sdl).toMatch(/key: "code", resolvable: false/);
  const prepared = prepareSupergraph(sdl);
  expect(prepared).not.toMatch(/key: "code", resolvable: false/);
  expect(prepared).toMatch(/graph: A, key: "id", resolvable: false/);
  expect(prepared).toMatch(/graph: A, key: "id"\)/);
  Supergraph.build(prepared).subgraphs();
});

test('routing URLs are replaced by subgraph name', () => {
  const sdl = compose({ a: { sdl: 'type Query { a: Int }' }, b: { sdl: 'type Query { b: Int }' } });
  const metadata = Supergraph.build(prepareSupergraph(sdl, { b: 'http://elsewhere/b' })).subgraphsMetadata();
  expect(metadata).toEqual([
    { name: 'a', url: 'http://127.0.0.1:1/a' },
    { name: 'b', url: 'http://elsewhere/b' },
  ]);
});
