import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { expectTypeOf, test } from 'vitest';
import { createKronosClient, type KronosEvent } from './index.ts';

const client = createKronosClient({ url: 'http://127.0.0.1:1/' });

interface Data {
  tick: number;
}

test('a typed document says what its events and its variables are', () => {
  const document = parse('subscription ($from: Int!) { tick }') as TypedDocumentNode<Data, { from: number }>;
  const events = client.subscribe(document, { from: 1 }, { from: '7' });
  expectTypeOf(events).toEqualTypeOf<AsyncIterableIterator<KronosEvent<Data>>>();
  // @ts-expect-error a variable of another type
  client.subscribe(document, { from: 'one' });
  // @ts-expect-error a required variable that is missing
  client.subscribe(document);
});

test('variables that nobody requires may be left out', () => {
  client.subscribe(parse('subscription { tick }') as TypedDocumentNode<Data, Record<string, never>>);
  client.subscribe(parse('subscription ($a: Int) { tick }') as TypedDocumentNode<Data, { a?: number }>);
  client.subscribe<Data>('subscription { tick }');
  client.subscribe<Data, { a: number }>('subscription ($a: Int!) { tick }', { a: 1 });
});
