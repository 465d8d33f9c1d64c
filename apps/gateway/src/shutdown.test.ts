import { startForeignGraph } from '@kronos/engine/testing';
import { expect, test, vi } from 'vitest';
import { startTestGateway } from './testing/test-gateway.ts';

test('a request that runs when the gateway stops is answered; a new one is not taken', async () => {
  await using graph = await startForeignGraph();
  await using gateway = await startTestGateway(graph.supergraphSdl);
  const before = graph.people.requests.length;
  const running = gateway.post('{ slow }');
  await vi.waitFor(() => expect(graph.people.requests.length).toBeGreaterThan(before));
  const closing = gateway.gateway.close();
  await expect(gateway.post('{ count }')).rejects.toThrow();
  expect((await running).body).toEqual({ data: { slow: 'done' } });
  await closing;
});
