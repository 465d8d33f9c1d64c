import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { RequestHeaders } from '../headers.ts';
import type { HttpAnswer, Wire, WireOptions } from '../wire.ts';
import { createPlainWire } from './plain-wire.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A wire to a server that listens on a free port. */
async function wireTo(server: Server, options: Partial<WireOptions> = {}): Promise<Wire> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return wireAt((server.address() as AddressInfo).port, options, server);
}

function wireAt(port: number, options: Partial<WireOptions> = {}, server?: Server): Wire {
  const wire = createPlainWire(`http://127.0.0.1:${port}`, {
    connections: 4,
    connectTimeoutMs: 2_000,
    maxAnswerBytes: 1 << 20,
    ...options,
  });
  closing.push(
    () => wire.close(),
    () => server?.close(),
  );
  return wire;
}

const post = (wire: Wire, body = '{}', headers: Record<string, string> = {}) =>
  new Promise<HttpAnswer>((resolve, reject) => {
    wire.send({ path: '/graphql?a=b', headers: new RequestHeaders(headers), body }, (error, answer) =>
      answer ? resolve(answer) : reject(error),
    );
  });

/** A server of node:http that says what it got, and counts the connections that it has seen. */
function echo(listener?: RequestListener) {
  const seen = { connections: 0 };
  const server = createServer(async (request, response) => {
    if (listener) return listener(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
  server.on('connection', () => seen.connections++);
  return { server, seen };
}

/** A server that answers each piece that it reads by hand. */
function scripted(onData: (socket: Socket, piece: number) => void) {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    let piece = 0;
    socket.on('data', () => onData(socket, piece++));
    socket.on('error', () => {});
  });
  return { server, sockets };
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

test('a request arrives as it was meant, on one connection that is kept', async () => {
  const { server, seen } = echo();
  const wire = await wireTo(server);
  for (const body of ['{"a":1}', '{"a":"€ 😀"}', '{"a":"ü"}', `{"a":"${'x'.repeat(300_000)}"}`]) {
    const { status, text } = await post(wire, body, { 'x-name': 'Jürgen', accept: 'application/json' });
    expect(status).toBe(200);
    const got = JSON.parse(text);
    expect(got).toMatchObject({ method: 'POST', url: '/graphql?a=b', body });
    expect(got.headers).toMatchObject({ 'x-name': 'Jürgen', accept: 'application/json' });
  }
  expect(seen.connections).toBe(1);
});

test.each(['a\r\nb: c', 'a\nb', 'a\0b', 'a€b'])(
  'a header that would be several is not sent: %j',
  async (value) => {
    const { server, seen } = echo();
    const wire = await wireTo(server);
    expect(() =>
      wire.send({ path: '/', headers: new RequestHeaders({ x: value }), body: '{}' }, () => {}),
    ).toThrow(TypeError);
    expect(() =>
      wire.send({ path: '/', headers: new RequestHeaders({ 'a\r\nb': 'c' }), body: '{}' }, () => {}),
    ).toThrow(TypeError);
    await post(wire);
    expect(seen.connections).toBe(1);
  },
);

test('as many connections as allowed, the rest wait and come in order', async () => {
  const held: (() => void)[] = [];
  const { server, seen } = echo((request, response) => {
    request.resume().on('end', () => held.push(() => response.end('{}')));
  });
  const wire = await wireTo(server, { connections: 2 });
  const order: number[] = [];
  const all = Array.from({ length: 5 }, (_, index) => post(wire).then(() => order.push(index)));
  for (let answered = 0; answered < 5; answered++) {
    await vi.waitFor(() => expect(held.length).toBeGreaterThan(0));
    held.shift()!();
    await vi.waitFor(() => expect(order.length).toBe(answered + 1));
  }
  await Promise.all(all);
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(seen.connections).toBe(2);
});

test('who is given up frees the place: while waiting, and while on the way', async () => {
  const { server, sockets } = scripted((socket, piece) => {
    if (sockets.length > 1 || piece > 0) socket.write(ok);
  });
  const wire = await wireTo(server, { connections: 1 });
  const outcomes: unknown[] = [];
  const send = () =>
    wire.send({ path: '/', headers: new RequestHeaders({}), body: '{}' }, (error, answer) =>
      outcomes.push(error ?? answer),
    );
  const first = send();
  const second = send();
  const third = post(wire);
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
  const reasons = [new Error('second'), new Error('first')];
  second(reasons[0]!);
  first(reasons[1]!);
  expect(outcomes).toEqual(reasons);
  expect((await third).text).toBe('{}');
  first(new Error('too late'));
  expect(outcomes).toHaveLength(2);
});

test('a connection that the other side closes is not used again', async () => {
  const { server, sockets } = scripted((socket, piece) => {
    socket.write(ok);
    if (piece === 1) socket.end();
  });
  const wire = await wireTo(server);
  await post(wire);
  await post(wire);
  await vi.waitFor(() => expect(sockets[0]!.destroyed).toBe(true));
  await post(wire);
  expect(sockets).toHaveLength(2);
});

test('nor one on which more came than was asked for', async () => {
  const { server, sockets } = scripted((socket) => socket.write(ok));
  const wire = await wireTo(server);
  await post(wire);
  sockets[0]!.write(ok);
  await vi.waitFor(() => expect(sockets[0]!.destroyed).toBe(true));
  expect((await post(wire)).text).toBe('{}');
  expect(sockets).toHaveLength(2);
});

test('nor one that the other side will close within a second', async () => {
  const { server, sockets } = scripted((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\n{}');
  });
  const wire = await wireTo(server);
  await post(wire);
  await post(wire);
  expect(sockets).toHaveLength(2);
});

test('an answer before the request was sent whole ends its connection', async () => {
  const { server, sockets } = scripted((socket, piece) => {
    if (piece > 0) return;
    socket.pause();
    socket.write('HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\n\r\n{}');
  });
  const wire = await wireTo(server);
  expect((await post(wire, 'x'.repeat(32 << 20))).status).toBe(413);
  void post(wire).catch(() => {});
  await vi.waitFor(() => expect(sockets).toHaveLength(2));
});

test.each([
  ['closed without an answer', (socket: Socket) => socket.end(), 'ECONNRESET'],
  ['reset', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  [
    'cut in the middle',
    (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
    'ECONNRESET',
  ],
])('a connection that is %s', async (_name, act, code) => {
  const { server } = scripted(act);
  const wire = await wireTo(server);
  await expect(post(wire)).rejects.toMatchObject({ code });
});

test('nobody listens', async () => {
  const { server } = echo();
  const wire = await wireTo(server);
  server.close();
  await once(server, 'close');
  await expect(post(wire)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('closing ends what runs and what waits', async () => {
  const { server, sockets } = scripted(() => {});
  const wire = await wireTo(server, { connections: 1 });
  const both = [post(wire), post(wire)].map((one) =>
    expect(one).rejects.toMatchObject({ code: 'ECONNRESET' }),
  );
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
  await wire.close();
  await Promise.all(both);
  await vi.waitFor(() => expect(sockets[0]!.destroyed).toBe(true));
});
