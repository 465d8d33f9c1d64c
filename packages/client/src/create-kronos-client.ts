import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { type DocumentNode, print } from 'graphql';
import type { BackOff } from './back-off.ts';
import { createCredentials, type Token } from './credentials.ts';
import type { CursorStore } from './cursor-store.ts';
import { type ConnectionListeners, follow, type KronosEvent } from './follow.ts';

export interface KronosClientOptions extends ConnectionListeners {
  /** The GraphQL endpoint, e.g. `https://graph.example.com/graphql`; in a browser it may be relative. */
  url: string;
  /** The access token, or how to fetch one; anonymous when omitted. */
  token?: Token;
  /** Further headers; a function is asked at every connection, and what it throws ends the subscription. */
  headers?: Headers | (() => Headers | Promise<Headers>);
  /** Between a lost connection and the next; up to 250 ms at first and 30 s at last when omitted. */
  backOff?: BackOff;
  /** Silence after which a connection counts as lost: three of the gateway's heartbeats, 30 s, when omitted. */
  silenceMs?: number;
  /** The longest event that is taken, in characters; 16 Mi when omitted. */
  maxEventSize?: number;
  /** How to send requests, e.g. through a proxy; the global `fetch` when omitted. */
  fetch?: typeof fetch;
}

type Headers = Record<string, string>;

export interface SubscribeOptions extends ConnectionListeners {
  /** The cursor to begin after, unless the store holds one; events from now on when omitted. */
  from?: string;
  /** Where the position is kept, so that the next run resumes. In memory, for the life of the iterator, when omitted. */
  cursor?: CursorStore;
  /** Ends the subscription: the iterator is done, without an error. */
  signal?: AbortSignal;
  /** Headers of this subscription alone. */
  headers?: Headers;
}

/** A document that knows the types of its data and variables, or a plain one. */
export type SubscriptionDocument<Data, Variables> =
  | (DocumentNode & DocumentTypeDecoration<Data, Variables>)
  | ({ toString(): string } & DocumentTypeDecoration<Data, Variables>)
  | string;

/** Variables may be left out where none are required. */
type Rest<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: SubscribeOptions]
    : [variables: Variables, options?: SubscribeOptions];

export interface KronosClient {
  /**
   * Subscribes. Nothing is sent before the first event is asked for, and nothing is read while one is being handled.
   *
   * An event counts as handled when the next one is asked for: then its cursor is saved. A consumer that dies, or leaves
   * the loop, while it handles an event gets that one event again when it resumes, and no other.
   *
   * @throws KronosError, from the iterator, when the graph refuses for good; every other failure is retried
   */
  subscribe<
    // biome-ignore lint/suspicious/noExplicitAny: a plain document says nothing of its data
    Data = any,
    Variables = Record<string, unknown>,
  >(
    document: SubscriptionDocument<Data, Variables>,
    ...rest: Rest<Variables>
  ): AsyncIterableIterator<KronosEvent<Data>>;
}

/**
 * A client of a graph's subscriptions.
 *
 * @throws TypeError when `url` is none
 */
export function createKronosClient(options: KronosClientOptions): KronosClient {
  const url = new URL(options.url, globalThis.location?.href).href;
  const credentials = createCredentials(options.token);
  const { headers: common } = options;

  return {
    subscribe<Data>(
      document: SubscriptionDocument<Data, unknown>,
      variables?: unknown,
      own: SubscribeOptions = {},
    ) {
      const ended = new AbortController();
      const events = follow<Data>({
        url,
        operation: { query: textOf(document), variables },
        credentials,
        headers: async () => ({
          ...(typeof common === 'function' ? await common() : common),
          ...own.headers,
        }),
        from: own.from,
        cursor: own.cursor,
        signal: own.signal ? AbortSignal.any([own.signal, ended.signal]) : ended.signal,
        backOff: options.backOff ?? { initialMs: 250, maxMs: 30_000 },
        silenceMs: options.silenceMs ?? 30_000,
        maxEventSize: options.maxEventSize ?? 1 << 24,
        fetch: options.fetch ?? ((request) => fetch(request)),
        onOpen: own.onOpen ?? options.onOpen,
        onRetry: own.onRetry ?? options.onRetry,
      });
      return {
        next: () => events.next(),
        // A generator alone would let its end wait for the next event.
        return() {
          ended.abort();
          return events.return();
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}

function textOf(document: SubscriptionDocument<unknown, unknown>): string {
  return typeof document === 'object' && 'kind' in document ? print(document) : String(document);
}
