import { ApolloLink, Observable } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import type { KronosClient, SubscribeOptions } from './create-kronos-client.ts';
import { KronosError } from './errors.ts';
import type { KronosEvent } from './follow.ts';

/**
 * A link for Apollo Client 4 that carries subscriptions and resumes them; queries and mutations go on to the next link:
 * `ApolloLink.from([createResumingLink(kronosClient), new HttpLink({ uri })])`.
 *
 * An operation's context may have `from` and `cursor` (see SubscribeOptions) and `headers`. Each result has its cursor in
 * `extensions.cursor`. What ends a subscription arrives as Apollo's other errors do: those of the graph as
 * CombinedGraphQLErrors, with their codes.
 */
export function createResumingLink(client: KronosClient): ApolloLink {
  return new ApolloLink((operation, forward) => {
    if (operation.operationType !== OperationTypeNode.SUBSCRIPTION) return forward(operation);
    return new Observable((observer) => {
      const ended = new AbortController();
      const { from, cursor, headers } = operation.getContext() as SubscribeOptions;
      const events = client.subscribe<Record<string, unknown>>(operation.query, operation.variables, {
        from,
        cursor,
        headers,
        signal: ended.signal,
      });
      void deliver(events, observer);
      return () => ended.abort();
    });
  });
}

type Events = AsyncIterable<KronosEvent<Record<string, unknown>>>;
interface Observer {
  next(result: ApolloLink.Result): void;
  error(error: unknown): void;
  complete(): void;
}

async function deliver(events: Events, observer: Observer): Promise<void> {
  try {
    for await (const { cursor, extensions, ...result } of events)
      observer.next({ ...result, extensions: { ...extensions, cursor } });
  } catch (error) {
    if (!(error instanceof KronosError) || error.errors.length === 0) return observer.error(error);
    observer.next({ errors: error.errors });
  }
  observer.complete();
}
