import { compose } from '@kronos/operations/testing';
import { type FormattedExecutionResult, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { createEngine, type EngineOptions } from '../../engine.ts';
import { type Spoil, startSpoiltSubgraph } from './spoilt-subgraph.ts';

const federation = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const catalogSdl = /* GraphQL */ `
  ${federation}
  type Query { items: [Item!] twins: [Item!] item: Item deep: [[Item]] plain: String }
  type Mutation { restock: Int }
  type Item @key(fields: "id") { id: ID! label: String! }
`;
const stockSdl = /* GraphQL */ `
  ${federation}
  type Query { total: Int strictTotal: Int! }
  type Mutation { sell: Int }
  type Item @key(fields: "id") { id: ID! price: Int left: Int! parts: [Part!] owner: Owner }
  type Part { name: String! grade: Int }
  type Owner { name: String }
`;

/** A catalogue that serves three items rightly, and a stock that owns the rest of them and misbehaves. */
export interface SpoiltGraph extends AsyncDisposable {
  /** Executes over an engine of its own, so that no circuit is open because of a question before. */
  ask(spoil: Spoil, query: string, options?: Partial<EngineOptions>): Promise<FormattedExecutionResult>;
}

export async function startSpoiltGraph(): Promise<SpoiltGraph> {
  const catalog = await startSpoiltSubgraph(catalogSdl, {
    Query: {
      items: () => ['1', '2', '3'].map(item),
      twins: () => ['1', '1'].map(item),
      item: () => item('1'),
      deep: () => [[item('1'), null], [item('2')]],
      plain: () => 'plain',
    },
    Mutation: { restock: () => 1 },
  });
  const stock = await startSpoiltSubgraph(stockSdl, {
    Query: { total: () => 6, strictTotal: () => 6 },
    Mutation: { sell: () => 1 },
    Item: {
      price: ({ id }: { id: string }) => Number(id) * 10,
      left: () => 5,
      parts: ({ id }: { id: string }) => [{ name: `a${id}` }, { name: `b${id}` }],
      owner: () => ({ name: 'Ann' }),
    },
  });
  const supergraphSdl = compose({
    catalog: { sdl: catalogSdl, url: catalog.url },
    stock: { sdl: stockSdl, url: stock.url },
  });

  return {
    async ask(spoil, query, options = {}) {
      stock.spoil = spoil;
      const engine = createEngine({ supergraphSdl, logger, ...options });
      let schema: GraphQLSchema | undefined;
      engine.onSchemaLoadOrUpdate(({ apiSchema }) => {
        schema = apiSchema;
      });
      const { executor } = await engine.load({ apollo: {} });
      const document = parse(query);
      const request = {
        schema,
        document,
        context: {},
        operation: getOperationAST(document),
        queryHash: query,
        request: { query },
        metrics: {},
        logger,
      } as unknown as Parameters<NonNullable<typeof executor>>[0];
      try {
        return JSON.parse(JSON.stringify(await executor!(request))) as FormattedExecutionResult;
      } finally {
        await engine.stop();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([catalog[Symbol.asyncDispose](), stock[Symbol.asyncDispose]()]);
    },
  };
}

const item = (id: string) => ({ __typename: 'Item', id, label: `Item ${id}` });

const logger = { debug() {}, info() {}, warn() {}, error() {} };
