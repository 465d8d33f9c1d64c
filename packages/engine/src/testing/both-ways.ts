import { compose } from '@kronos/operations/testing';
import { type FormattedExecutionResult, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { createEngine, type Engine, type EngineOptions } from '../engine.ts';
import type { LocalSubgraph } from '../local/local-subgraph.ts';
import { catalog, catalogSdl, stock, stockSdl } from './catalog-and-stock.ts';
import { type HttpSubgraph, serveOverHttp } from './serve-over-http.ts';

/** An engine to ask, wherever its subgraphs are. */
export interface Asked extends AsyncDisposable {
  engine: Engine;
  ask(query: string, context?: Record<PropertyKey, unknown>): Promise<FormattedExecutionResult>;
}

/** Two subgraphs that are behind HTTP and can be in an engine's process as well. */
export interface BothWays extends AsyncDisposable {
  readonly supergraphSdl: string;
  /** The subgraph `stock` behind HTTP. */
  readonly remoteStock: HttpSubgraph;
  /** What `stock` does from now on, wherever it is. */
  behave(as: LocalSubgraph): void;
  /** An engine whose subgraphs are behind HTTP, unless the options say otherwise. */
  start(options?: Partial<EngineOptions>): Promise<Asked>;
  /** An engine that has both in its process. */
  startLocally(options?: Partial<EngineOptions>): Promise<Asked>;
  /** The answers to one query, with the subgraphs behind HTTP and in the engine's process. */
  askBoth(
    query: string,
    options?: Partial<EngineOptions>,
  ): Promise<{ remote: FormattedExecutionResult; local: FormattedExecutionResult }>;
}

export async function startBothWays(logger: EngineOptions['logger']): Promise<BothWays> {
  let behaviour = stock;
  const behaving: LocalSubgraph = (...args) => behaviour(...args);
  const localSubgraphs = { catalog, stock: behaving };
  const remoteCatalog = await serveOverHttp(catalog);
  const remoteStock = await serveOverHttp(behaving);
  const supergraphSdl = compose({
    catalog: { sdl: catalogSdl, url: remoteCatalog.url },
    stock: { sdl: stockSdl, url: remoteStock.url },
  });

  async function start(options: Partial<EngineOptions> = {}): Promise<Asked> {
    const engine = createEngine({ supergraphSdl, logger, ...options });
    let schema: GraphQLSchema | undefined;
    engine.onSchemaLoadOrUpdate(({ apiSchema }) => {
      schema = apiSchema;
    });
    await engine.load({ apollo: {} } as Parameters<Engine['load']>[0]);
    return {
      engine,
      async ask(query, context = {}) {
        const document = parse(query);
        const answer = await engine.execute({
          schema: schema!,
          document,
          context,
          operation: getOperationAST(document)!,
          queryHash: query,
          request: { query },
        });
        return JSON.parse(JSON.stringify(answer));
      },
      [Symbol.asyncDispose]: () => engine.stop!(),
    };
  }

  const startLocally = (options?: Partial<EngineOptions>) => start({ localSubgraphs, ...options });

  return {
    supergraphSdl,
    remoteStock,
    behave(as) {
      behaviour = as;
    },
    start,
    startLocally,
    async askBoth(query, options = {}) {
      await using remote = await start(options);
      await using local = await startLocally(options);
      return { remote: await remote.ask(query), local: await local.ask(query) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([remoteCatalog[Symbol.asyncDispose](), remoteStock[Symbol.asyncDispose]()]);
    },
  };
}
