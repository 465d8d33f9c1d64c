import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

interface Asked {
  authorization: string | undefined;
  query: string;
  variables: { input: { operations: { document: string; hash: string }[]; clientId?: string } } & Record<
    string,
    unknown
  >;
}

let folder: string;
let server: Server;
let url: string;
let asked: Asked[];
let answer: (asked: Asked) => unknown;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kronos-operations-'));
  asked = [];
  server = createServer(async (request, response) => {
    const one = { authorization: request.headers.authorization, ...JSON.parse(await text(request)) };
    asked.push(one);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(one)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function kronos(...args: string[]) {
  const child = spawn(process.execPath, [main, 'operations', ...args], {
    env: { ...process.env, KRONOS_HOME: folder, KRONOS_TOKEN: 'a.b.c' },
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { output, errors, code };
}

async function manifest(documents: readonly string[]): Promise<string> {
  const path = join(folder, 'persisted-documents.json');
  const entries = documents.map((document) => [hash('sha256', document), document]);
  await writeFile(path, JSON.stringify(Object.fromEntries(entries)));
  return path;
}

const outcome = (storedCount: number | null, userErrors: unknown[] = []) => ({
  data: { persistedOperationsPublish: { storedCount, userErrors } },
});

test('operations are published in batches, and what is new and known is told', async () => {
  answer = ({ variables }) => outcome(variables.input.operations.length - 1);
  const documents = Array.from({ length: 250 }, (_, index) => `query Q${index} { q }`);
  const { output, errors, code } = await kronos(
    'publish',
    await manifest(documents),
    ...['--url', url, '--client', 'client_application_1'],
  );
  expect([errors, output, code]).toEqual(['', '248 new, 2 known already, 0 refused\n', 0]);
  expect(asked.map(({ variables }) => variables.input.operations.length)).toEqual([200, 50]);
  expect(asked[0]).toMatchObject({
    authorization: 'Bearer a.b.c',
    variables: {
      input: {
        clientId: 'client_application_1',
        operations: expect.arrayContaining([{ document: documents[0], hash: hash('sha256', documents[0]!) }]),
      },
    },
  });
});

test('what is refused is told with its name, the others are stored, and the exit code is 1', async () => {
  answer = ({ variables: { input } }) => {
    const faults = input.operations.flatMap(({ document }, index) =>
      document.includes('wrong')
        ? [
            {
              code: 'INVALID',
              message: 'There is no such field.',
              field: ['input', 'operations', String(index)],
            },
          ]
        : [],
    );
    return faults.length > 0 ? outcome(null, faults) : outcome(input.operations.length);
  };
  const path = await manifest(['query A { a }', 'query B { wrong }', 'query C { c }']);
  const { output, errors, code } = await kronos('publish', path, '--url', url, '--token', 'mine');
  expect([output, errors, code]).toEqual([
    '2 new, 0 known already, 1 refused\n',
    'refused: B: There is no such field.\n',
    1,
  ]);
  expect(asked).toHaveLength(2);
  expect(asked[0]?.authorization).toBe('Bearer mine');
});

test('a client that does not exist, and a token that is not good, are one sentence', async () => {
  const path = await manifest(['query A { a }']);
  answer = () =>
    outcome(null, [{ code: 'NOT_FOUND', message: 'There is no such client.', field: ['input', 'clientId'] }]);
  expect(await kronos('publish', path, '--url', url)).toMatchObject({
    errors: 'There is no such client. (NOT_FOUND)\n',
    code: 1,
  });
  answer = () => ({ errors: [{ message: 'Only for some.', extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(await kronos('publish', path, '--url', url)).toMatchObject({
    errors: 'Only for some. (UNAUTHENTICATED) Give a valid token with --token or KRONOS_TOKEN.\n',
    code: 1,
  });
  server.close();
  server.closeAllConnections();
  expect((await kronos('publish', path, '--url', url)).errors).toMatch(/cannot be reached/);
});

test('what nobody uses is printed page by page', async () => {
  const node = (name: string, lastUsedAt: string | null, client: string | null) => ({
    hash: name.toLowerCase(),
    name,
    lastUsedAt,
    client: client && { name: client },
  });
  answer = ({ variables }) => ({
    data: {
      persistedOperations: variables.after
        ? { nodes: [node('B', null, 'shop')], pageInfo: { hasNextPage: false, endCursor: '2' } }
        : {
            nodes: [node('A', '2026-01-01T00:00:00Z', null)],
            pageInfo: { hasNextPage: true, endCursor: '1' },
          },
    },
  });
  const { output, errors, code } = await kronos('unused', '--url', url, '--since', '90d');
  expect([errors, output, code]).toEqual([
    '',
    'a\tA\teverybody\t2026-01-01T00:00:00Z\nb\tB\tshop\tnever\n',
    0,
  ]);
  const days = (Date.now() - Date.parse(String(asked[0]?.variables.since))) / 86_400_000;
  expect(days).toBeCloseTo(90, 1);
  expect(asked.map(({ variables }) => variables.after)).toEqual([null, '1']);
});
