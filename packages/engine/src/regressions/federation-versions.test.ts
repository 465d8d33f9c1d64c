import { FEDERATION_VERSIONS } from '@apollo/federation-internals';
import { expect, test } from 'vitest';
import { judgeSeeds } from '../testing/differential/index.ts';

const versions = FEDERATION_VERSIONS.versions()
  .map((version) => version.toString().slice(1))
  .filter((version) => version.startsWith('2.'));
const latest = versions.toSorted((one, other) => Number(other.slice(2)) - Number(one.slice(2)))[0]!;

/** Those that every version has. */
const directives =
  '"@key", "@requires", "@provides", "@external", "@shareable", "@inaccessible", "@override", "@tag"';

function link(version: string): string {
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v${version}", import: [${directives}])`;
}

const catalogue = /* GraphQL */ `
  type Query { items: [Item!]! hidden: Int @inaccessible }
  type Item @key(fields: "id") { id: ID! name: String @tag(name: "public") size: Size @shareable weight: Int maker: Maker @provides(fields: "name") }
  type Size @shareable { width: Int height: Int }
  type Maker @key(fields: "id") { id: ID! name: String @external }
`;
const stock = /* GraphQL */ `
  type Item @key(fields: "id") { id: ID! weight: Int @external size: Size @shareable cost: Int @requires(fields: "weight") place: String @override(from: "makers") }
  type Size @shareable { width: Int height: Int }
`;
const makers = /* GraphQL */ `
  type Query { makers: [Maker] }
  type Maker @key(fields: "id") { id: ID! name: String @shareable items: [Item] }
  type Item @key(fields: "id") { id: ID! place: String }
`;
const query =
  '{ items { __typename id name size { width height } cost place maker { name items { name place cost } } } makers { items { cost } } }';

test.each([
  ...versions.map((version) => [version, version] as const),
  ['2.0', latest] as const,
  [latest, '2.0'] as const,
])('federation %s with %s', async (one, other) => {
  const subgraphs = {
    catalogue: link(one) + catalogue,
    stock: link(other) + stock,
    makers: link(one) + makers,
  };
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});
