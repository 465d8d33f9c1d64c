import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { type ConsumerOptions, headersFor, reconnecting } from './consumer.ts';

/** Apollo Client 4 over multipart as it is, which is subscribed again after the cursor of the last event. */
export async function followByApolloMultipart(options: ConsumerOptions): Promise<void> {
  const { topic, inbox, wire, signal } = options;
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: wire.url }) });
  const query = gql(topic.document);
  await reconnecting(signal, async () => {
    const headers = await headersFor(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const subscription = apollo
      .subscribe({ query, fetchPolicy: 'no-cache', errorPolicy: 'all', context: { headers } })
      .subscribe({
        next: ({ data, error }) => {
          if (!inbox.take({ data }) && error) reject(error);
        },
        error: reject,
        complete: resolve,
      });
    const end = () => resolve();
    signal.addEventListener('abort', end, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', end);
      subscription.unsubscribe();
    }
  });
  apollo.stop();
}
