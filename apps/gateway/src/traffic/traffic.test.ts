import { expect, test, vi } from 'vitest';
import { parseGatewayEnvironment } from '../environment.ts';
import { type ScriptedAnswer, startScriptedGraph } from '../testing/scripted-graph.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { readTraffic } from './environment.ts';

const read = (source: NodeJS.ProcessEnv) => readTraffic(parseGatewayEnvironment([], source));

test('settings for all subgraphs and for single ones', () => {
  expect(read({})).toEqual({ timeoutMs: 30_000, retries: 2, concurrency: 128, queue: 2_000, subgraphs: {} });
  const source = {
    KRONOS_SUBGRAPH_RETRIES: '0',
    KRONOS_SUBGRAPH_CIRCUIT: 'false',
    KRONOS_SUBGRAPH_SETTINGS: '{"reviews":{"timeoutMs":2000}}',
  };
  expect(read(source)).toMatchObject({
    retries: 0,
    circuit: false,
    subgraphs: { reviews: { timeoutMs: 2_000 } },
  });
});

test.each([
  ['KRONOS_SUBGRAPH_SETTINGS', '{"reviews":{"timeout":2}}'],
  ['KRONOS_SUBGRAPH_SETTINGS', '{'],
  ['KRONOS_SUBGRAPH_RETRIES', '-1'],
  ['KRONOS_FORWARD_HEADERS', 'accept-language, host'],
  ['KRONOS_FORWARD_HEADERS', 'x-kronos-client-address'],
  ['KRONOS_RESPONSE_HEADERS', 'content-length'],
])('%s=%s is refused', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(new RegExp(`${name}.*expected`));
});

test('a subgraph in trouble is asked again, then spared; the metrics tell', async () => {
  const answers: ScriptedAnswer[] = [{ status: 503, body: '' }, { body: { data: { stock: 1 } } }];
  await using graph = await startScriptedGraph({
    shop: { sdl: 'type Query { stock: Int! }', answer: () => answers.shift() ?? { status: 503, body: '' } },
  });
  await using gateway = await startTestGateway(graph.supergraphSdl);
  const metrics = async () => (await fetch(`${gateway.origin}/metrics`)).text();
  expect((await gateway.post('{ stock }')).body).toEqual({ data: { stock: 1 } });
  expect(await metrics()).toMatch(/kronos_gateway_subgraph_retries_total\{subgraph="shop"\} 1/);
  expect(await metrics()).toMatch(/kronos_gateway_subgraph_circuit\{subgraph="shop"\} 0/);

  await vi.waitFor(
    async () => {
      const { status, headers, body } = await gateway.post('{ stock }');
      expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' });
      expect(body.errors?.[0]?.extensions).toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        details: { subgraph: 'shop', reason: 'circuit open' },
      });
    },
    { interval: 1, timeout: 5_000 },
  );
  const sent = graph.seen.shop!.length;
  expect(await metrics()).toMatch(/subgraph_refused_total\{subgraph="shop",reason="circuit"\} [1-9]/);
  expect(sent).toBeLessThan(60);
});
