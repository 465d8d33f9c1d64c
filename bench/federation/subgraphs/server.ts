import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from './forms.ts';
import { type Answer, createSubgraph, subgraphNames } from './subgraph.ts';

/** As many as the fixed workload needs by far; random ones fill the rest and are then written anew each time. */
const maxKnownBodies = 1_000;

let requests = 0;
const urls: Record<string, string> = {};
for (const name of subgraphNames) {
  const respond = createResponder(createSubgraph(name, text));
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      requests++;
      const answer = respond((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString());
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
      response.end(answer);
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

function createResponder(answer: Answer<string>): (body: string) => Buffer {
  const known = new Map<string, Buffer>();
  return (body) => {
    let bytes = known.get(body);
    if (bytes) return bytes;
    bytes = Buffer.from(write(answer, body));
    if (known.size < maxKnownBodies) known.set(body, bytes);
    return bytes;
  };
}

function write(answer: Answer<string>, body: string): string {
  try {
    return answer(JSON.parse(body));
  } catch (error) {
    return JSON.stringify({ errors: [{ message: String(error) }] });
  }
}

process.on('message', (message) => {
  if (message === 'requests') process.send?.({ requests });
  if (message === 'urls') process.send?.({ urls });
});
