import type { ApolloServerPlugin } from '@apollo/server';
import type { OnSubgraphAnswer } from '@kronos/engine';
import type { GatewayContext } from '../context.ts';

/** Collects what subgraphs answer for the operation that asked them; undefined when nothing is to be passed on. */
export function collectAnswerHeaders(names: readonly string[]): OnSubgraphAnswer | undefined {
  if (names.length === 0) return undefined;
  return (context, _subgraph, headers) => (context as unknown as GatewayContext).notes?.add(names, headers);
}

/**
 * Passes headers of subgraphs on. `cache-control` only with the whole answer to a query: what is partly an error may be
 * right in a second. An answer to somebody who is known is nobody else's, whatever subgraphs say.
 *
 * @param forwarded the headers that subgraphs see, on which an answer may therefore depend
 */
export function useAnswerHeaders(forwarded: readonly string[]): ApolloServerPlugin<GatewayContext> {
  const vary = ['authorization', 'accept', ...forwarded].join(', ');
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ operation, response, contextValue }) {
          const { notes } = contextValue;
          if (!notes) return;
          notes.isClean = response.body.kind === 'single' && !response.body.singleResult.errors;
          const { headers } = response.http;
          for (const [name, value] of notes.others()) headers.set(name, value);
          if (operation?.operation !== 'query' || !notes.isClean || headers.has('cache-control')) return;
          const cacheControl = notes.cacheControl();
          if (!cacheControl) return;
          const isPersonal = contextValue.authorization !== undefined || notes.cookies.length > 0;
          headers.set('cache-control', isPersonal ? personal(cacheControl) : cacheControl);
          headers.set('vary', vary);
        },
      };
    },
  };
}

function personal(cacheControl: string): string {
  if (cacheControl === 'no-store' || /\bprivate\b/.test(cacheControl)) return cacheControl;
  const kept = cacheControl.split(', ').filter((part) => part !== 'public' && !part.startsWith('s-maxage'));
  return ['private', ...kept].join(', ');
}
