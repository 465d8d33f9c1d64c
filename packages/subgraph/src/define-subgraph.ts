import { execute, type FormattedExecutionResult } from 'graphql';
import { buildSchema } from './build-schema.ts';
import type { Caller, RequestContext } from './caller.ts';
import { isMutation, sayingChanges } from './changes.ts';
import { formatErrors } from './format-errors.ts';
import { logImpersonated } from './log-impersonated.ts';
import { subgraphMetrics } from './metrics.ts';
import { Operations } from './operations.ts';
import type { GraphQLRequest, Subgraph, SubgraphOptions } from './subgraph.ts';
import { createSubscriber } from './subscriber.ts';
import { describeOperation, traceIdOf, traceOperation } from './trace-operation.ts';

/**
 * A domain's part of the graph from its SDL, resolvers and context.
 *
 * Operations run on graphql-js itself: the gateway is the only caller, so that of Apollo Server only the cache of checked
 * documents and the masking of errors would be used, and both are a few lines here.
 *
 * @throws an Error that lists everything wrong with the SDL
 */
export function defineSubgraph<C extends RequestContext>(options: SubgraphOptions<C>): Subgraph {
  const { name, logger, metrics } = options;
  const schema = buildSchema(options.schemaFile, options.resolvers);
  const operations = new Operations(schema);
  const measured = subgraphMetrics(metrics);

  function createContext(caller: Caller): C {
    return options.createContext({ ...caller, logger: loggerFor(caller) });
  }

  function loggerFor({ requestId, traceparent, viewer }: Caller) {
    const { impersonation } = viewer ?? {};
    return logger.child({
      requestId,
      traceId: traceIdOf(traceparent),
      ...(impersonation && { actorId: impersonation.actorId, impersonationId: impersonation.id }),
    });
  }

  function format(errors: readonly unknown[], caller: Caller) {
    return formatErrors(errors, name, loggerFor(caller));
  }

  async function run(request: GraphQLRequest, caller: Caller): Promise<FormattedExecutionResult> {
    const found = operations.find(request.query, request.operationName, false);
    if ('errors' in found) return { errors: format(found.errors, caller) };
    describeOperation(found.document, request.operationName);
    if (caller.viewer?.impersonation)
      logImpersonated(loggerFor(caller), caller, found.document, request.operationName);
    const executed = async () =>
      execute({
        schema,
        document: found.document,
        variableValues: request.variables,
        operationName: request.operationName,
        contextValue: createContext(caller),
      });
    const { errors, ...result } = isMutation(found.document, request.operationName)
      ? await sayingChanges(executed)
      : await executed();
    return errors ? { errors: format(errors, caller), ...result } : result;
  }

  const subscriber = createSubscriber({
    name,
    schema,
    operations,
    createContext,
    format,
    streams: measured.streams,
  });

  return {
    name,
    schema,
    logger,
    metrics,
    readiness: options.readiness,
    health: options.health,
    routes: options.routes,
    subscribe: subscriber.subscribe,
    async execute(request, caller) {
      const stop = measured.operations.startTimer({ subgraph: name });
      const result = await traceOperation(name, caller, () =>
        run(request, caller).catch((error) => ({ errors: format([error], caller) })),
      );
      stop({ outcome: result.errors ? 'errors' : 'success' });
      return result;
    },
    async close() {
      subscriber.cutAll();
      await options.close();
    },
  };
}
