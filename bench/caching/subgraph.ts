import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// Answers `cached` and `plain` with as many products as it is told to, in no time: what is measured is the gateway.
const items = Array.from({ length: Number(process.argv[2]) }, (_, index) => ({
  id: String(index),
  name: `Product ${index}`,
  text: 'What there is to say of a product. '.repeat(5),
}));
const answers = {
  cached: JSON.stringify({ data: { cached: items } }),
  plain: JSON.stringify({ data: { plain: items } }),
};
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const field = body.includes('cached') ? 'cached' : 'plain';
  response.writeHead(200, { 'content-type': 'application/json' }).end(answers[field]);
});
server.listen(0, '127.0.0.1', () => {
  process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
