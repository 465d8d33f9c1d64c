import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineSubgraph } from './define-subgraph.ts';
import { createFixtureSubgraph, unknownSession } from './fixture/fixture-subgraph.ts';
import { newId } from './ids.ts';
import { createTestDomain, type TestDomain } from './testing/index.ts';

let kit: TestDomain;
beforeAll(async () => {
  kit = await createTestDomain('auth', createFixtureSubgraph);
});
afterAll(() => kit[Symbol.asyncDispose]());

const revoke = `mutation ($sessionId: UUID!) {
  sessionRevoke(sessionId: $sessionId) { eventId userErrors { code message field } }
}`;

test('a mutation answers with its result or with the faults that the caller can mend', async () => {
  const done = await kit.execute(revoke, { sessionId: newId() }, {});
  expect(done).toEqual({
    data: { sessionRevoke: { eventId: expect.stringMatching(/^evt_/), userErrors: [] } },
  });
  expect(await kit.execute(revoke, { sessionId: unknownSession }, {})).toEqual({
    data: {
      sessionRevoke: {
        eventId: null,
        userErrors: [{ code: 'NOT_FOUND', message: 'No such session.', field: ['sessionId'] }],
      },
    },
  });
});

test('scalars are wired', async () => {
  const at = '2027-01-15T19:00:00+01:00';
  const result = await kit.execute('query ($at: DateTime!) { echo(at: $at) }', { at });
  expect(result).toEqual({ data: { echo: '2027-01-15T18:00:00.000Z' } });
});

test('the composed graph reads the SDL from it', async () => {
  const { data } = await kit.execute('{ _service { sdl } }');
  expect(data?._service.sdl).toContain('type SessionRevokedEvent');
});

describe('errors', () => {
  test('a coded error reaches the client as it is', async () => {
    expect(await kit.execute('{ fail(kind: CODED) }')).toEqual({
      data: { fail: null },
      errors: [
        {
          message: 'I am a teapot.',
          path: ['fail'],
          extensions: { code: 'TEAPOT', details: { size: 'short' } },
        },
      ],
    });
  });

  test('anything else is masked', async () => {
    const result = await kit.execute('{ fail(kind: BUG) }');
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(result.errors).toEqual([
      {
        message: 'Something went wrong on our side. Quote the request id when you report it.',
        path: ['fail'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
  });

  test.each([
    ['{ greeting', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['query ($at: DateTime!) { echo(at: $at) }', { at: 'tomorrow' }, 'BAD_USER_INPUT'],
    ['query ($at: DateTime!) { echo(at: $at) }', {}, 'BAD_USER_INPUT'],
    ['subscription { sessionRevoked { cursor } }', undefined, 'BAD_USER_INPUT'],
    ['type Query { a: Int }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { greeting } query B { greeting }', undefined, 'BAD_USER_INPUT'],
  ])('%s with %j is the caller’s mistake', async (document, variables, code) => {
    const result = await kit.execute(document, variables);
    expect(result.errors?.map(({ extensions }) => extensions?.code)).toEqual([code]);
    expect(result).not.toHaveProperty('data');
  });
});

describe('a subgraph that breaks the rules is not built', () => {
  const folder = mkdtempSync(`${tmpdir()}/kronos-sdl-`);
  afterAll(() => rmSync(folder, { recursive: true }));

  function define(sdl: string, resolvers: object = {}, lines: string[] = []) {
    const schemaFile = pathToFileURL(`${folder}/${newId()}.graphql`);
    writeFileSync(schemaFile, sdl);
    return defineSubgraph({
      name: 'broken',
      schemaFile,
      resolvers,
      createContext: (request) => request,
      readiness: async () => ({}),
      close: async () => {},
      logger: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }),
      metrics: new Registry(),
    });
  }

  test('all faults of the SDL come at once', () => {
    expect(() => define('type Query { a: Int, b: Colour } scalar Colour')).toThrow(
      /breaks the rules of the graph:(\n {2}.+){7}$/,
    );
  });

  test('resolvers and fields that do not meet are named', () => {
    const sdl = 'directive @anonymous on FIELD_DEFINITION "Root." type Query { "A." a: Int @anonymous }';
    expect(() => define(sdl, { Query: { b: () => 1 }, Thing: {} })).toThrow(
      /resolver of Query\.b, which.+\n.+resolvers of Thing, which.+\n.+Query\.a has no resolver/,
    );
  });

  test('what is masked is logged whole, with the request’s id and the path', async () => {
    const sdl = 'directive @anonymous on FIELD_DEFINITION "Root." type Query { "A." a: Int @anonymous }';
    const lines: string[] = [];
    const bug = () => {
      throw new RangeError('the reason');
    };
    const caller = {
      viewer: null,
      requestId: 'request-1',
      clientAddress: '',
      userAgent: null,
      clientApplicationId: null,
      traceparent: null,
    };
    await define(sdl, { Query: { a: bug } }, lines).execute({ query: '{ b: a }' }, caller);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        requestId: 'request-1',
        path: ['b'],
        err: expect.objectContaining({ message: 'the reason', stack: expect.stringContaining('RangeError') }),
      }),
    ]);
  });
});
