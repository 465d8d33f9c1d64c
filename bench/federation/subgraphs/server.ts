import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSubgraph, type Operation, subgraphNames } from './subgraph.ts';

let requests = 0;
const urls: Record<string, string> = {};
for (const name of subgraphNames) {
  const answer = createSubgraph(name);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      requests++;
      const text = respond(answer, (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString());
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

function respond(answer: (operation: Operation) => string, body: string): string {
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
