import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const { PATH, NODE_COMPILE_CACHE } = process.env;
const document = 'subscription { tick }';

interface Ask {
  headers: IncomingMessage['headers'];
  body: { query: string; variables?: unknown };
}

let folder: string;
let server: Server;
let url: string;
let asked: Ask[];
let answer: (ask: Ask, response: ServerResponse) => unknown;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kronos-listen-'));
  asked = [];
  children = [];
  server = createServer(async (request, response) => {
    const ask = { headers: request.headers, body: JSON.parse(await text(request)) };
    asked.push(ask);
    answer(ask, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  answer = ticksUpTo(3);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});

const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const next = (cursor: number, result: unknown) =>
  `id: ${cursor}\nevent: next\ndata: ${JSON.stringify(result)}\n\n`;

/** Sends what comes after the client's cursor, and leaves the stream open. */
function ticksUpTo(last: number) {
  return ({ headers }: Ask, response: ServerResponse) => {
    const after = Number(headers['last-event-id'] ?? 0);
    stream(response).write(`id: ${after}\n\n`);
    for (let tick = after + 1; tick <= last; tick++) response.write(next(tick, { data: { tick } }));
  };
}

function listen(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, 'listen', ...args], {
    env: { PATH, NODE_COMPILE_CACHE, KRONOS_HOME: folder, ...environment },
    stdio: 'pipe',
  });
  children.push(child);
  const said = { out: '', errors: '' };
  child.stdout.on('data', (chunk) => (said.out += chunk));
  child.stderr.on('data', (chunk) => (said.errors += chunk));
  const exit = once(child, 'close').then(([code]) => code);
  return {
    said,
    exit,
    child,
    lines: () =>
      said.out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
}

const threeTicks = [1, 2, 3].map((tick) => ({ cursor: String(tick), data: { tick } }));

test('each event is a line of JSON, notices are beside them, and Ctrl-C is an orderly end', async () => {
  const { said, exit, child, lines } = listen(
    [document, '--url', url, '--variables', '{"id": 1}', '--from', '0', '--token', 'abc'],
    { KRONOS_TOKEN: 'another' },
  );
  await vi.waitFor(() => expect(lines()).toEqual(threeTicks), { timeout: 10_000 });
  child.kill('SIGINT');
  expect(await exit).toBe(0);
  expect(said.errors).toBe(`Listening to ${url} after 0\n`);
  expect(asked).toMatchObject([
    {
      headers: { authorization: 'Bearer abc', 'last-event-id': '0' },
      body: { query: document, variables: { id: 1 } },
    },
  ]);
});

test('with a cursor file the next run goes on where the last one ended', async () => {
  const file = join(folder, 'cursor');
  const run = async (last: number, ...options: string[]) => {
    answer = ticksUpTo(last);
    const { exit, child, lines } = listen([document, '--url', url, '--cursor-file', file, ...options]);
    await vi.waitFor(() => expect(lines().at(-1)).toEqual({ cursor: String(last), data: { tick: last } }), {
      timeout: 10_000,
    });
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    return lines().map(({ cursor }) => cursor);
  };
  expect(await run(3, '--from', '1')).toEqual(['2', '3']);
  expect(await readFile(file, 'utf8')).toBe('3\n');
  expect(await run(5, '--from', '1')).toEqual(['4', '5']);
});

test('the document may be in a file or come on standard input; a subscription that ends ends the command', async () => {
  answer = (_ask, response) =>
    stream(response).end(`${next(1, { data: { tick: 1 } })}event: complete\ndata:\n\n`);
  const file = join(folder, 'ticks.graphql');
  await writeFile(file, document);
  const ofFile = listen([file, '--url', url], { KRONOS_TOKEN: 'of the environment'.replaceAll(' ', '-') });
  const ofInput = listen(['-', '--url', url]);
  ofInput.child.stdin.end(document);
  expect(await Promise.all([ofFile.exit, ofInput.exit])).toEqual([0, 0]);
  expect([ofFile.lines(), ofInput.lines()]).toEqual([[threeTicks[0]], [threeTicks[0]]]);
  expect(asked.map(({ headers }) => headers.authorization).sort()).toEqual([
    'Bearer of-the-environment',
    undefined,
  ]);
});

test('a lost connection is a notice, and nothing is printed twice', async () => {
  answer = (ask, response) => {
    ticksUpTo(asked.length)(ask, response);
    if (asked.length < 3) response.end();
  };
  const { said, exit, child, lines } = listen([document, '--url', url]);
  await vi.waitFor(() => expect(lines()).toEqual(threeTicks), { timeout: 10_000 });
  child.kill('SIGINT');
  expect(await exit).toBe(0);
  expect(said.errors).toMatch(
    /^Listening to \S+ after 0\n {2}! The connection was closed\. Again in 0\.\d s\.\n/,
  );
});

test('a reader that has enough ends the command without a word', async () => {
  const { said, exit, child, lines } = listen([document, '--url', url]);
  await vi.waitFor(() => expect(lines()).toHaveLength(3), { timeout: 10_000 });
  child.stdout.destroy();
  server.closeAllConnections();
  answer = ticksUpTo(9);
  expect(await exit).toBe(0);
  expect(said.errors).not.toContain('EPIPE');
});

const refusal = (code: string) => (_ask: Ask, response: ServerResponse) =>
  stream(response).end(
    `event: next\ndata: ${JSON.stringify({ errors: [{ message: 'No.', extensions: { code } }] })}\n\nevent: complete\ndata:\n\n`,
  );

test.each([
  ['FORBIDDEN', 'No. (FORBIDDEN)\n'],
  ['UNAUTHENTICATED', 'No. (UNAUTHENTICATED) Give a valid token with --token or KRONOS_TOKEN.\n'],
  [
    'SUBSCRIPTION_CURSOR_EXPIRED',
    'No. (SUBSCRIPTION_CURSOR_EXPIRED) What was missed is not kept any more: begin anew without that cursor.\n',
  ],
])('%s is one sentence and exit code 1', async (code, sentence) => {
  answer = refusal(code);
  const { said, exit } = listen([document, '--url', url]);
  expect(await exit).toBe(1);
  expect(said).toEqual({ out: '', errors: sentence });
});

test('a command line that is not right is one sentence', async () => {
  const damaged = join(folder, 'damaged');
  await writeFile(damaged, '');
  const wrong: [string[], RegExp][] = [
    [['tick', '--url', url], /^"tick" is neither a file nor a GraphQL document: .*\n$/],
    [[document, '--url', 'localhost'], /^"localhost" is no URL\.\n$/],
    [[document, '--variables', '[1]'], /^The variables \[1\] are not an object of JSON.*\n$/],
    [[document, '--token', 'a b'], /^The token holds characters that no token has\.\n$/],
    [
      [document, '--url', url, '--cursor-file', damaged],
      /^The cursor cannot be kept in \S+: .* holds no cursor.*\n$/,
    ],
    [
      [document, '--url', url, '--cursor-file', '/nowhere/x'],
      /^Listening .*\nThe cursor cannot be kept in \/nowhere\/x: ENOENT.*\n$/,
    ],
  ];
  for (const [args, sentence] of wrong) {
    const { said, exit } = listen(args);
    expect(await exit).toBe(1);
    expect(said).toEqual({ out: '', errors: expect.stringMatching(sentence) });
  }
});
