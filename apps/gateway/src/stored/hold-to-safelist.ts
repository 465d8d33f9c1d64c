import type { HTTPGraphQLRequest } from '@apollo/server';
import type { GraphqlServer } from '../graphql-server.ts';
import { answerRefusal } from '../http/answer-refusal.ts';
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
      if (refused) return answerRefusal(refused, request.headers.get('accept'), 403);
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
