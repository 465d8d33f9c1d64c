import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { type Engine, stringifyAnswer } from '@kronos/engine';
import type { Logger } from '@kronos/service';
import type { GatewayContext } from './context.ts';
import type { GatewayEnvironment } from './environment.ts';
import { formatError } from './errors/format-error.ts';
import { limitOperations } from './limits/operation-limits.ts';

/** What answers operations. */
export type GraphqlServer = Pick<ApolloServer<GatewayContext>, 'executeHTTPGraphQLRequest'>;

/** Apollo Server on our engine: parsing, validation, persisted operations, CSRF prevention. It is started by the caller. */
export function createGraphqlServer(
  engine: Engine,
  environment: GatewayEnvironment,
  logger: Logger,
  plugins: ApolloServerPlugin<GatewayContext>[],
  persistedQueries: ApolloServerOptions<GatewayContext>['persistedQueries'],
): ApolloServer<GatewayContext> {
  return new ApolloServer<GatewayContext>({
    gateway: executingOnce(engine),
    nodeEnv: environment.NODE_ENV,
    introspection: !environment.isProduction,
    csrfPrevention: true,
    persistedQueries,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: environment.isProduction,
    stopOnTerminationSignals: false,
    formatError,
    logger: quietly(logger),
    parseOptions: { maxTokens: environment.KRONOS_MAX_TOKENS },
    validationRules: [
      limitOperations({
        depth: environment.KRONOS_MAX_DEPTH,
        aliases: environment.KRONOS_MAX_ALIASES,
        rootFields: environment.KRONOS_MAX_ROOT_FIELDS,
        directives: environment.KRONOS_MAX_DIRECTIVES,
        deferred: environment.KRONOS_MAX_DEFERRED,
        listInput: environment.KRONOS_MAX_LIST_INPUT,
      }),
    ],
    stringifyResult: stringifyAnswer,
    plugins: [...plugins, ApolloServerPluginLandingPageDisabled(), ApolloServerPluginCacheControlDisabled()],
  });
}

/** The engine, for requests of which some have been executed before Apollo Server was asked. */
function executingOnce(engine: Engine): Engine {
  return {
    ...engine,
    async load(options) {
      await engine.load(options);
      return {
        executor: (request) => (request.context as GatewayContext).executed ?? engine.execute(request),
      };
    },
  };
}

/** Apollo's notices of every load are for debugging. */
export function quietly(logger: Logger) {
  return {
    debug: (message: string) => logger.trace(message),
    info: (message: string) => logger.debug(message),
    warn: (message: string) => logger.warn(message),
    error: (message: string) => logger.error(message),
  };
}
