import { createRequire } from 'node:module';
import { startForeignGraph } from '@kronos/engine/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';

interface RelayMessage {
  name: string;
  response?: { data?: unknown };
}

afterEach(() => vi.unstubAllGlobals());

/**
 * Sandbox itself is a hosted page, but what carries its requests is in the npm package: this drives that code, with the
 * hosted frame played by the test.
 */
function startRelay(endpoint: string) {
  const listeners: ((event: { origin: string; data: unknown }) => void)[] = [];
  const posted: RelayMessage[] = [];
  const frame = {
    setAttribute() {},
    contentWindow: { postMessage: (message: RelayMessage) => posted.push(message) },
  };
  vi.stubGlobal('window', {
    location: { origin: endpoint, href: endpoint },
    addEventListener: (_: string, listener: (typeof listeners)[number]) => listeners.push(listener),
    removeEventListener() {},
    matchMedia: () => ({ matches: false }),
  });
  vi.stubGlobal('document', {
    querySelector: () => ({ appendChild() {} }),
    createElement: () => frame,
    getElementById: () => null,
    head: { appendChild() {} },
  });
  const { EmbeddedSandbox } = createRequire(import.meta.url)(
    '@apollo/sandbox/EmbeddedSandbox.development.cjs',
  );
  new EmbeddedSandbox({
    target: '#sandbox',
    initialEndpoint: endpoint,
    initialSubscriptionEndpoint: endpoint,
    handleRequest: (url: string, options: RequestInit) => fetch(url, options),
  });
  const say = (data: unknown) => {
    for (const listener of listeners) listener({ origin: 'https://sandbox.embed.apollographql.com', data });
  };
  return { posted, say };
}

test('the relay of Apollo Sandbox gets its events over multipart', async () => {
  await using graph = await startForeignGraph();
  await using gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_STREAM_HEARTBEAT_MS: '50' });
  const { posted, say } = startRelay(gateway.url);
  say({
    name: 'ExplorerSubscriptionRequest',
    operationId: 'op1',
    operation: 'subscription { postAdded { title author { name } } }',
    variables: {},
    headers: { accept: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json' },
    subscriptionUrl: gateway.url,
    protocol: 'http-multipart',
    httpMultipartParams: { includeCookies: false },
  });
  await vi.waitFor(() => expect(graph.posts.streams).toBe(1));
  graph.addPost({ title: 'one', author: '1' });
  graph.addPost({ title: 'two', author: '2' });
  const responses = () => posted.filter(({ name }) => name === 'ExplorerSubscriptionResponse');
  await vi.waitFor(() => expect(responses()).toHaveLength(2));
  expect(JSON.stringify(responses()[0]?.response)).toContain(
    '"postAdded":{"title":"one","author":{"name":"Person 1"}}',
  );
  say({ name: 'ExplorerSubscriptionTermination', operationId: 'op1' });
  await vi.waitFor(() => expect(graph.posts.streams).toBe(0));
});
