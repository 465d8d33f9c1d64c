import { createServer, type ServerResponse } from 'node:http';
import { subscription } from '../subscribers/subscription.ts';

// Holds responses open and writes the same bytes to each: no GraphQL, no groups, no slow clients. What a gateway costs on
// top of this is the gateway's own.
const [sourceUrl = '', port = '', way = 'response'] = process.argv.slice(2);
const responses = new Set<ServerResponse>();

function broadcast(text: string): void {
  const bytes = Buffer.from(text);
  if (way === 'response') {
    for (const response of responses) response.write(bytes);
    return;
  }
  const chunk = Buffer.from(`${bytes.length.toString(16)}\r\n${text}\r\n`);
  for (const { socket } of responses) socket?.write(chunk);
}

const server = createServer((request, response) => {
  if (!request.headers.accept?.includes('text/event-stream')) return void response.end('Query');
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(':\n\n');
  response.socket?.setNoDelay(true);
  responses.add(response);
  response.on('close', () => responses.delete(response));
});
server.listen(Number(port), '127.0.0.1', 1_024);

const upstream = await fetch(sourceUrl, {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  body: JSON.stringify({ query: subscription('quoteChanged') }),
});
let rest = '';
for await (const text of upstream.body!.pipeThrough(new TextDecoderStream())) {
  const messages = (rest + text).split('\n\n');
  rest = messages.pop()!;
  for (const message of messages) if (message.includes('event: next')) broadcast(withoutExtensions(message));
}

/** What a gateway sends to its clients: the source's extensions are for the gateway. */
function withoutExtensions(message: string): string {
  const [head, json = ''] = message.split('\ndata: ');
  return `${head}\ndata: ${JSON.stringify({ data: JSON.parse(json).data })}\n\n`;
}
