import { CursorExpiredError, EventLogUnavailableError } from '@kronos/events';
import type { Logger } from '@kronos/service';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isDatabaseAway, sqlStateOf } from './database-errors.ts';
import { badUserInput, codedError, serviceUnavailable } from './errors.ts';

const internalMessage = 'Something went wrong on our side. Quote the request id when you report it.';
const retryAfterSeconds = 2;
// The only text that PostgreSQL cannot store.
const untranslatable = '22021';

/**
 * The errors of one request, located or not, as the client sees them. Coded errors pass; a part that is away becomes SERVICE_UNAVAILABLE;
 * anything else is masked as INTERNAL_SERVER_ERROR and logged whole, with its path and the logger's request id.
 *
 * @param subgraph names the database that is away
 */
export function formatErrors(
  errors: readonly unknown[],
  subgraph: string,
  logger: Logger,
): GraphQLFormattedError[] {
  return errors.map((thrown) => {
    const error = asGraphQLError(thrown);
    const { message, extensions } = codedFormOf(error, subgraph, logger);
    return { message, ...(error.path && { path: error.path }), extensions };
  });
}

function codedFormOf(error: GraphQLError, subgraph: string, logger: Logger): GraphQLError {
  if (typeof error.extensions.code === 'string') return error;
  const cause = rootCause(error);
  // graphql's own refusals, of a variable or an argument, have no cause in our code.
  if (cause === undefined) return badUserInput(error.message);
  if (isDatabaseAway(cause)) {
    logger.warn({ err: cause, path: error.path }, 'database away');
    return serviceUnavailable('The database is not available right now.', retryAfterSeconds, {
      database: subgraph,
    });
  }
  if (cause instanceof EventLogUnavailableError) {
    logger.warn({ err: cause, path: error.path }, 'event log away');
    return serviceUnavailable('Live events are not available right now.', retryAfterSeconds);
  }
  if (cause instanceof CursorExpiredError)
    return codedError(
      'SUBSCRIPTION_CURSOR_EXPIRED',
      'What followed this cursor is no longer kept: query the current state and subscribe anew.',
    );
  if (sqlStateOf(cause) === untranslatable) return badUserInput('Text cannot hold the character U+0000.');
  logger.error({ err: cause, path: error.path }, 'resolver failed');
  return codedError('INTERNAL_SERVER_ERROR', internalMessage);
}

function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const originalError = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new GraphQLError(originalError.message, { originalError });
}

function rootCause(error: GraphQLError): Error | undefined {
  const { originalError } = error;
  return originalError instanceof GraphQLError ? rootCause(originalError) : originalError;
}
