import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { formatError } from '../errors/format-error.ts';
import type { GraphqlServer } from '../graphql-server.ts';
import { mediaTypeFor } from '../http/media-type.ts';
import { searchWithPersistedQuery } from './document-id.ts';
import { hashOfDocument, type Safelist } from './safelist.ts';

/**
 * A server that does not so much as parse what a caller may not send. Every way in leads through it, except that of
 * operations that are known, which asks the safelist itself.
 */
export function holdToSafelist(server: GraphqlServer, safelist: Safelist): GraphqlServer {
  return {
    async executeHTTPGraphQLRequest({ httpGraphQLRequest: given, context }) {
      const request = { ...given, search: searchWithPersistedQuery(given.search) };
      const contextValue = await context();
      const hash = safelist.holds(contextValue) ? namedHash(request) : undefined;
      const refused = hash === undefined ? undefined : safelist.refusal(contextValue, hash);
      if (refused) return answerRefusal(refused, request.headers.get('accept'));
      return server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: request,
        context: async () => contextValue,
      });
    },
  };
}

/** Undefined when the request names no document, or in a way that Apollo Server refuses. */
function namedHash({ method, body, search }: HTTPGraphQLRequest): string | undefined {
  if (method !== 'GET') {
    const { query, extensions } = (body ?? {}) as { query?: unknown; extensions?: unknown };
    return hashOfDocument(query, extensions);
  }
  const parameters = new URLSearchParams(search);
  try {
    const extensions: unknown = JSON.parse(parameters.get('extensions') ?? 'null');
    return hashOfDocument(parameters.get('query') ?? undefined, extensions);
  } catch {
    return undefined;
  }
}

function answerRefusal(error: GraphQLError, accept: string | undefined): HTTPGraphQLResponse {
  const mediaType = mediaTypeFor(accept);
  const errors = [formatError(error.toJSON(), error)];
  return {
    // With plain JSON a request that could be read is 200, whatever is wrong with the operation in it.
    status: mediaType === 'application/json' ? 200 : 403,
    headers: new HeaderMap([['content-type', `${mediaType}; charset=utf-8`]]),
    body: { kind: 'complete', string: JSON.stringify({ errors }) },
  };
}
