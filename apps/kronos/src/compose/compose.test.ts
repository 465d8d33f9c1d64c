import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { assertSupergraphIsFresh, composeStamp, composeSupergraph, writeSupergraph } from './compose.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const things = `${link}\ntype Query { thing: Thing }\ntype Thing @key(fields: "id") { id: ID! }`;
const names = `${link}\ntype Thing @key(fields: "id") { id: ID! name: String }`;

async function writeGraph(root: string, schemas: Record<string, string>): Promise<void> {
  const subgraphs = Object.keys(schemas).map(
    (name, index) =>
      `  ${name}:\n    routing_url: http://127.0.0.1:${7001 + index}/graphql\n    schema: { file: ./${name}.graphql }\n`,
  );
  await mkdir(root, { recursive: true });
  await writeFile(
    join(root, 'supergraph.yaml'),
    `federation_version: =2.14.4\nsubgraphs:\n${subgraphs.join('')}`,
  );
  for (const [name, sdl] of Object.entries(schemas)) await writeFile(join(root, `${name}.graphql`), sdl);
}

test('the graph of this repository is fresh', async () => {
  await assertSupergraphIsFresh();
});

test('composes, and tells when a schema file has changed since', async () => {
  await using home = temporaryHome();
  const root = join(home.folder, 'graph');
  await writeGraph(root, { things, names });
  const stamp = composeStamp(home.folder, root);

  await expect(assertSupergraphIsFresh(root)).rejects.toThrow('supergraph.graphql is stale');
  expect(await writeSupergraph(root)).toBe(true);
  expect(await writeSupergraph(root)).toBe(false);
  await stamp.write();
  expect(await stamp.isFresh()).toBe(true);
  expect(await composeSupergraph(root)).toContain('http://127.0.0.1:7002/graphql');

  await writeGraph(root, { things, names: names.replace('name: String', 'name: String size: Int') });
  expect(await stamp.isFresh()).toBe(false);
  await expect(assertSupergraphIsFresh(root)).rejects.toThrow('npx kronos compose');
});

test('types that have an id are known, by stubs, where ids are looked up', async () => {
  await using home = temporaryHome();
  const root = join(home.folder, 'graph');
  const marker =
    '# Written by `kronos compose`: the types of other subgraphs that have an id, by which `node` finds them.\n';
  const node = 'interface Node { id: ID! }';
  const lookup = `${link}\ntype Query { node(id: ID!): Node }\n${node}\n\n${marker}`;
  const owned = `${things}\n${node}\n"One,\\nowned." type Owned implements Node @key(fields: "id") { "Its \\"id\\"." id: ID! }`;
  await writeGraph(root, { things: owned, lookup });

  await expect(assertSupergraphIsFresh(root)).rejects.toThrow(/The end of .*lookup\.graphql is stale/);
  expect(await writeSupergraph(root)).toBe(true);
  expect(await readFile(join(root, 'lookup.graphql'), 'utf8')).toBe(`${lookup}
"""
One,
owned.
"""
type Owned implements Node @key(fields: "id", resolvable: false) {
  "Its \\"id\\"."
  id: ID!
}
`);
  await assertSupergraphIsFresh(root);
  expect(await writeSupergraph(root)).toBe(false);
});

test('says everything that does not fit, and where', async () => {
  await using home = temporaryHome();
  await writeGraph(home.folder, { things, names: names.replace('id: ID!', 'id: Int!') });
  await expect(composeSupergraph(home.folder)).rejects.toThrow(/do not compose:\n {2}[A-Z_]+: .*Thing\.id/);

  await writeGraph(home.folder, { things: `${things}\ntype {` });
  await expect(composeSupergraph(home.folder)).rejects.toThrow(/things\.graphql:4:6 is not GraphQL/);
});

test.each([
  ['subgraphs: 1', 'supergraph.yaml is not right'],
  ['federation_version: =2\nsubgraphs:\n  A:\n    routing_url: x\n', 'supergraph.yaml is not right'],
])('a supergraph.yaml of %j is one sentence', async (text, sentence) => {
  await using home = temporaryHome();
  await writeFile(join(home.folder, 'supergraph.yaml'), text);
  await expect(composeSupergraph(home.folder)).rejects.toThrow(sentence);
});
