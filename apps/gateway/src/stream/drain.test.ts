import { soon } from '@kronos/events/testing';
import { createParser } from 'eventsource-parser';
import { expect, test } from 'vitest';
import { startLiveGraph } from '../testing/live-graph.ts';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const count = 200;

test('when the gateway stops, many streams do not end, and do not come back, all at once', async () => {
  await using graph = await startLiveGraph();
  await using gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_MAX_STREAMS_PER_CALLER: '1000',
  });
  const query = 'subscription { toEverybody { id } }';
  const streams = await Promise.all(Array.from({ length: count }, () => openStream(gateway.url, query)));
  const source = await soon(() => {
    expect(graph.upstreams).toHaveLength(1);
    return graph.upstreams[0]!;
  });
  source.position('1');
  for (const stream of streams) await soon(() => expect(stream.ids).toContain('1'));

  const begun = performance.now();
  await gateway.gateway.close();
  // Two a millisecond.
  expect(performance.now() - begun).toBeGreaterThan((0.9 * count) / 2);
  for (const stream of streams) {
    await soon(() => expect(stream.isEnded).toBe(true));
    expect(stream.isComplete).toBe(false);
  }
  const delays = new Set<number>();
  const parser = createParser({ onRetry: (delay) => delays.add(delay) });
  for (const stream of streams) parser.feed(stream.text);
  expect(delays.size).toBeGreaterThan(count / 4);
});
