import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { createKronosClient, type KronosClient } from '@kronos/client';
import { createResumingLink } from '@kronos/client/apollo';
import type { ConsumerOptions } from './consumer.ts';

function clientOf({ wire, viewer }: ConsumerOptions): KronosClient {
  return createKronosClient({
    url: wire.url,
    ...(viewer && { token: () => viewer.token() }),
    backOff: { initialMs: 50, maxMs: 1_000 },
  });
}

/** `@kronos/client`: it resumes by itself. */
export async function followByKronosClient(options: ConsumerOptions): Promise<void> {
  const { topic, inbox, signal } = options;
  for await (const event of clientOf(options).subscribe(topic.document, {}, { signal })) {
    inbox.take(event);
    await inbox.handled();
  }
  if (!signal.aborted) throw new Error('@kronos/client has ended the subscription');
}

/** Apollo Client 4 with the link of `@kronos/client/apollo`. */
export async function followByResumingLink(options: ConsumerOptions): Promise<void> {
  const { topic, inbox, signal } = options;
  const apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([createResumingLink(clientOf(options))]),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const subscription = apollo
    .subscribe({ query: gql(topic.document), fetchPolicy: 'no-cache', errorPolicy: 'all' })
    .subscribe({
      next: ({ data, error }) => {
        if (!inbox.take({ data }) && error) reject(error);
      },
      error: reject,
      complete: () => reject(new Error('the resuming link has ended the subscription')),
    });
  signal.addEventListener('abort', () => resolve());
  try {
    await promise;
  } finally {
    subscription.unsubscribe();
    apollo.stop();
  }
}
