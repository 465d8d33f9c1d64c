import { createClient } from 'graphql-sse';
import { type ConsumerOptions, headersFor, reconnecting } from './consumer.ts';

/** graphql-sse's own client, which is given the cursor of the last event at each connection. */
export function followByGraphqlSse(options: ConsumerOptions): Promise<void> {
  const { topic, inbox, wire, signal } = options;
  const client = createClient({
    url: wire.url,
    headers: () => headersFor(options),
    retryAttempts: 0,
  });
  return reconnecting(signal, async () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = client.subscribe(
      { query: topic.document },
      { next: (result) => void inbox.take(result), error: reject, complete: resolve },
    );
    signal.addEventListener('abort', end, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', end);
    }
  });
}
