import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

export interface CodedErrorOptions {
  code: string;
  /** What a program needs to react: the subgraph, the limit, the field. */
  details?: Record<string, unknown>;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  path?: GraphQLErrorOptions['path'];
  originalError?: Error;
}

/** An error that may reach the client as it is, because its code says what it is. */
export function codedError(message: string, options: CodedErrorOptions): GraphQLError {
  const { code, details, retryAfter, path, originalError } = options;
  return new GraphQLError(message, {
    path,
    originalError,
    extensions: {
      code,
      ...(details && { details }),
      ...(retryAfter !== undefined && { retryAfter }),
    },
  });
}
