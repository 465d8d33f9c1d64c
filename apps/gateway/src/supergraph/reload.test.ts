import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose, type ForeignGraph, peopleSdl, postsSdl, startForeignGraph } from '@kronos/engine/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

let graph: ForeignGraph;
beforeEach(async () => {
  graph = await startForeignGraph();
});
afterEach(() => graph[Symbol.asyncDispose]());

/** The same graph with one query more, or with less in it. */
function variant(change: (sdl: string) => string): string {
  return compose({
    people: { sdl: peopleSdl, url: graph.people.url },
    posts: { sdl: change(postsSdl), url: graph.posts.url },
  });
}
const withMore = () => variant((sdl) => sdl.replace('count: Int!', 'count: Int! countAgain: Int'));

test('a changed file is served without dropping a request or a stream; a broken one is not served', async () => {
  await using gateway = await startTestGateway(graph.supergraphSdl);
  const stream = await openStream(gateway.url, 'subscription { postAdded { title } }');
  await vi.waitFor(() => expect(graph.posts.streams).toBe(1));

  const failures: unknown[] = [];
  let isReloading = true;
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (isReloading) {
        const { status, body } = await gateway.post('{ count people { name } }');
        if (status !== 200 || body.errors) failures.push(body);
      }
    }),
  );
  const fields = async () => {
    const { body } = await gateway.post('{ __type(name: "Query") { fields { name } } }');
    return JSON.stringify(body.data);
  };
  writeFileSync(`${gateway.supergraphFile}.new`, withMore());
  renameSync(`${gateway.supergraphFile}.new`, gateway.supergraphFile);
  await vi.waitFor(async () => expect(await fields()).toContain('countAgain'), { timeout: 10_000 });

  writeFileSync(gateway.supergraphFile, 'this is no supergraph');
  await vi.waitFor(async () => {
    const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
    expect(metrics).toMatch(/supergraph_updates_total\{outcome="refused"\} 1/);
  }, 10_000);
  expect(await fields()).toContain('countAgain');

  isReloading = false;
  await load;
  expect(failures).toEqual([]);
  graph.addPost({ title: 'still here', author: '1' });
  await vi.waitFor(() => expect(stream.events).toHaveLength(1));
  expect(stream.events[0]?.result).toEqual({ data: { postAdded: { title: 'still here' } } });
  stream.close();
});

test('a URL is asked again with its ETag', async () => {
  let sdl = graph.supergraphSdl;
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    const etag = `"${sdl.length}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304).end();
    return response.setHeader('etag', etag).end(sdl);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/supergraph`;

  await using gateway = await startTestGateway(sdl, {
    KRONOS_SUPERGRAPH: url,
    KRONOS_SUPERGRAPH_POLL_SECONDS: '1',
  });
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), { timeout: 5_000 });
  expect(asked[1]).toBe(`"${sdl.length}"`);
  sdl = withMore();
  await vi.waitFor(async () => expect((await gateway.post('{ countAgain }')).status).toBe(200), {
    timeout: 5_000,
  });
  server.closeAllConnections();
  server.close();
});
