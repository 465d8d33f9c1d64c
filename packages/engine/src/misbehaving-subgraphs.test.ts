import type { GraphQLFormattedError } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineOptions } from './engine.ts';
import { type SpoiltGraph, startSpoiltGraph } from './testing/differential/spoilt-graph.ts';
import { answer, change, type Spoil } from './testing/differential/spoilt-subgraph.ts';

let graph: SpoiltGraph;
const ask = (spoil: Spoil, query: string, given: Partial<EngineOptions>) => graph.ask(spoil, query, given);

beforeAll(async () => {
  graph = await startSpoiltGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

/** Errors as `path code`, in order of their paths. */
function summary(errors: readonly GraphQLFormattedError[] = []): string[] {
  return errors.map(({ path, extensions }) => `${path?.join('.')} ${extensions?.code}`).sort();
}

const html = '<!doctype html><h1>It works!</h1>';
const coded = (code: string) => JSON.stringify({ errors: [{ message: 'no', extensions: { code } }] });

const spoiltAnswers: [string, Spoil, string][] = [
  ['400 without a body', answer(400, ''), 'SUBGRAPH_RESPONSE_INVALID'],
  ['400 with a coded error', answer(400, coded('BAD_USER_INPUT')), 'BAD_USER_INPUT'],
  [
    '400 with an error that has no code',
    answer(400, '{"errors":[{"message":"no"}]}'),
    'SUBGRAPH_RESPONSE_INVALID',
  ],
  ['401', answer(401, ''), 'UNAUTHENTICATED'],
  ['403 as HTML', answer(403, html, 'text/html'), 'FORBIDDEN'],
  ['404 as HTML', answer(404, html, 'text/html'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['429', answer(429, ''), 'RATE_LIMITED'],
  ['500 without a body', answer(500, ''), 'SERVICE_UNAVAILABLE'],
  ['500 with a coded error', answer(500, coded('OUT_OF_STOCK')), 'OUT_OF_STOCK'],
  ['500 with an error that has no code', answer(500, '{"errors":[{"message":"no"}]}'), 'SERVICE_UNAVAILABLE'],
  ['502 as HTML', answer(502, html, 'text/html'), 'SERVICE_UNAVAILABLE'],
  ['503', answer(503, ''), 'SERVICE_UNAVAILABLE'],
  ['504', answer(504, ''), 'GATEWAY_TIMEOUT'],
  ['204', ({ response }) => response.writeHead(204).end(), 'SUBGRAPH_RESPONSE_INVALID'],
  ['HTML', answer(200, html, 'text/html'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['an empty body', answer(200, ''), 'SUBGRAPH_RESPONSE_INVALID'],
  ['half a body', answer(200, '{"data":{"_entities":[{"price":1'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['JSON that is no result', answer(200, '[1]'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['JSON null', answer(200, 'null'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['neither data nor errors', answer(200, '{}'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['data null without an error', answer(200, '{"data":null}'), 'SUBGRAPH_RESPONSE_INVALID'],
  [
    'data null with an empty list of errors',
    answer(200, '{"data":null,"errors":[]}'),
    'SUBGRAPH_RESPONSE_INVALID',
  ],
  ['data null with an error', answer(200, `{"data":null,${coded('LOST').slice(1)}`), 'LOST'],
  ['data that is a list', answer(200, '{"data":[]}'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['data that is a text', answer(200, '{"data":"x"}'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['errors that are a text', answer(200, '{"data":null,"errors":"x"}'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['an error that is null', answer(200, '{"errors":[null]}'), 'DOWNSTREAM_SERVICE_ERROR'],
  [
    'a body that is too large',
    answer(200, `{"data":"${'x'.repeat(200_000)}"}`),
    'SUBGRAPH_RESPONSE_TOO_LARGE',
  ],
  ['a reset connection', ({ request }) => void request.socket.resetAndDestroy(), 'SERVICE_UNAVAILABLE'],
  ['a closed connection', ({ request }) => void request.socket.destroy(), 'SERVICE_UNAVAILABLE'],
  [
    'a connection that is lost half way through the body',
    ({ request, response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"data":{"_entities":[', () => request.socket.destroy());
    },
    'SERVICE_UNAVAILABLE',
  ],
  ['silence', () => {}, 'GATEWAY_TIMEOUT'],
  [
    'a body that does not end',
    ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":'),
    'GATEWAY_TIMEOUT',
  ],
];

const spoiltEntities: [string, Spoil, string][] = [
  ['no entities', answer(200, '{"data":{}}'), 'SUBGRAPH_RESPONSE_INVALID'],
  ['entities null', change(() => null), 'SUBGRAPH_RESPONSE_INVALID'],
  ['entities that are no list', change(() => ({ price: 1 })), 'SUBGRAPH_RESPONSE_INVALID'],
  ['too few entities', change((entities) => entities.slice(1)), 'SUBGRAPH_RESPONSE_INVALID'],
  ['too many entities', change((entities) => [...entities, ...entities]), 'SUBGRAPH_RESPONSE_INVALID'],
  ['entities that are texts', change((entities) => entities.map(() => 'x')), 'SUBGRAPH_RESPONSE_INVALID'],
  ['entities that are lists', change((entities) => entities.map(() => [])), 'SUBGRAPH_RESPONSE_INVALID'],
];

const options = { http: { maxAnswerBytes: 100_000 }, traffic: { timeoutMs: 400, retries: 0 } };

describe.each([...spoiltAnswers, ...spoiltEntities])('a subgraph that answers with %s', (_, spoil, code) => {
  test('costs what it was to give to entities, and nothing else', async () => {
    const { data, errors } = await ask(spoil, '{ items { id price label owner { name } } plain }', options);
    expect(data).toEqual({
      items: ['1', '2', '3'].map((id) => ({ id, price: null, label: `Item ${id}`, owner: null })),
      plain: 'plain',
    });
    const places = [0, 1, 2].flatMap((index) => [
      `items.${index}.owner ${code}`,
      `items.${index}.price ${code}`,
    ]);
    expect(summary(errors)).toEqual(places);
  });
});

describe.each(spoiltAnswers)('a subgraph that answers with %s', (_, spoil, code) => {
  test('costs its root fields, and no others', async () => {
    const { data, errors } = await ask(spoil, '{ total items { label } again: total }', options);
    const items = ['1', '2', '3'].map((id) => ({ label: `Item ${id}` }));
    expect(data).toEqual({ total: null, items, again: null });
    expect(summary(errors)).toEqual([`again ${code}`, `total ${code}`]);
  });
});

const down = answer(503, '');

test('a null in a field that must not be null climbs as the specification says', async () => {
  const climbing = await ask(down, '{ items { left label } plain }', options);
  expect(climbing.data).toEqual({ items: null, plain: 'plain' });
  expect(summary(climbing.errors).every((line) => /^items\.\d\.left SERVICE_UNAVAILABLE$/.test(line))).toBe(
    true,
  );
  expect(climbing.errors?.length).toBeGreaterThan(0);

  const stopping = await ask(down, '{ deep { left id } }', options);
  expect(stopping.data).toEqual({ deep: [[null, null], [null]] });
  expect(summary(stopping.errors)).toEqual([
    'deep.0.0.left SERVICE_UNAVAILABLE',
    'deep.1.0.left SERVICE_UNAVAILABLE',
  ]);

  const all = await ask(down, '{ strictTotal items { id } }', options);
  expect(all.data).toBeNull();
  expect(summary(all.errors)).toEqual(['strictTotal SERVICE_UNAVAILABLE']);
});

test('a mutation that fails costs its own field; those after it still run', async () => {
  const { data, errors } = await ask(answer(500, ''), 'mutation { a: restock sell b: restock }', options);
  expect(data).toEqual({ a: 1, sell: null, b: 1 });
  expect(summary(errors)).toEqual(['sell SERVICE_UNAVAILABLE']);
});

/** Adds errors to the right answer; the paths begin behind `_entities`. */
const withErrors = (
  edit: (entities: Record<string, unknown>[]) => void,
  ...errors: (Omit<GraphQLFormattedError, 'message'> | object)[]
): Spoil =>
  change((entities, result) => {
    edit(entities);
    result.errors = errors.map((error) => ({ message: 'no', ...error }));
  });

const at = (...path: (string | number)[]) => ({
  path: ['_entities', ...path],
  extensions: { code: 'MINE', serviceName: 'stock', details: { a: [1] } },
});

test('an error within an entity stands at its place in the answer', async () => {
  const spoil = withErrors(
    (entities) => {
      entities[1]!.price = null;
    },
    at(1, 'price'),
  );
  const { data, errors } = await ask(spoil, '{ items { p: label price } }', options);
  expect(data?.items).toMatchObject([{ price: 10 }, { price: null }, { price: 30 }]);
  expect(errors).toEqual([
    { message: 'no', path: ['items', 1, 'price'], extensions: { code: 'MINE', details: { a: [1] } } },
  ]);
});

test("an error deep within an entity keeps its list indices and the client's aliases", async () => {
  const spoil = withErrors(
    (entities) => {
      (entities[1]!.bits as Record<string, unknown>[])[1]!.grade = null;
    },
    at(1, 'bits', 1, 'grade'),
  );
  const { errors } = await ask(spoil, '{ items { bits: parts { name grade } } }', options);
  expect(errors).toMatchObject([{ path: ['items', 1, 'bits', 1, 'grade'], extensions: { code: 'MINE' } }]);
});

test('an error of an entity that stands in several places is reported for each', async () => {
  const spoil = withErrors(
    (entities) => {
      for (const entity of entities) entity.price = null;
    },
    at(0, 'price'),
    at(1, 'price'),
  );
  const { data, errors } = await ask(spoil, '{ twins { price } deep { price } }', options);
  expect(data).toEqual({
    twins: [{ price: null }, { price: null }],
    deep: [[{ price: null }, null], [{ price: null }]],
  });
  const places = new Set(summary(errors));
  expect(places).toContain('twins.0.price MINE');
  expect(places).toContain('twins.1.price MINE');
  expect(places).toContain('deep.0.0.price MINE');
});

test('an error of an entity as a whole stands at each of its fields', async () => {
  const spoil = change((entities, result) => {
    result.errors = [{ message: 'no', ...at(1) }];
    entities[1] = null as never;
  });
  const { data, errors } = await ask(spoil, '{ items { id price owner { name } } }', options);
  expect(data?.items).toMatchObject([{ price: 10 }, { id: '2', price: null, owner: null }, { price: 30 }]);
  expect(summary(errors)).toEqual(['items.1.owner MINE', 'items.1.price MINE']);
});

test('an entity that nobody knows is no error, until it has to have a value', async () => {
  const forget = change((entities) => {
    entities[1] = null as never;
  });
  const known = await ask(forget, '{ items { id price } }', options);
  expect(known).toEqual({
    data: {
      items: [
        { id: '1', price: 10 },
        { id: '2', price: null },
        { id: '3', price: 30 },
      ],
    },
  });
  const { data, errors } = await ask(forget, '{ items { id left } plain }', options);
  expect(data).toEqual({ items: null, plain: 'plain' });
  expect(errors).toMatchObject([{ path: ['items', 1, 'left'] }]);
  expect(errors?.[0]?.extensions?.code).toBeDefined();
});

test.each([
  ['without a path', {}],
  ['with a path that is none', { path: 'price' }],
  ['with a path that leads nowhere', { path: ['_entities', 17, 'price'] }],
  ['with the path of a field that nobody selected', { path: ['nonsense', 0] }],
])('an error %s is reported once, and the data arrives', async (_, error) => {
  const { data, errors } = await ask(
    withErrors(() => {}, error),
    '{ items { id price } }',
    options,
  );
  expect(data).toEqual({ items: ['1', '2', '3'].map((id) => ({ id, price: Number(id) * 10 })) });
  expect(errors).toHaveLength(1);
  expect(errors).toMatchObject([{ message: 'no', extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } }]);
});

test('values of the wrong kind are null, with an error', async () => {
  const spoil = change((entities) => {
    entities[0]!.owner = 'Ann';
    entities[1]!.owner = [{ name: 'Ann' }];
    entities[0]!.parts = 'none';
    entities[1]!.parts = { name: 'a' };
    entities[2]!.parts = [{ name: 'a3' }, 5];
  });
  const { data, errors } = await ask(spoil, '{ items { id owner { name } parts { name } } plain }', options);
  expect(data).toEqual({
    items: [
      { id: '1', owner: null, parts: null },
      { id: '2', owner: null, parts: null },
      { id: '3', owner: { name: 'Ann' }, parts: null },
    ],
    plain: 'plain',
  });
  const paths = summary(errors).map((line) => line.split(' ')[0]);
  expect(paths).toEqual([
    'items.0.owner',
    'items.0.parts',
    'items.1.owner',
    'items.1.parts',
    'items.2.parts.1',
  ]);
  expect(errors?.every(({ extensions }) => extensions?.code)).toBe(true);
});

test('a null that the subgraph must not give, without a word, is an error of the gateway', async () => {
  const spoil = change((entities) => {
    (entities[0]!.parts as Record<string, unknown>[])[1]!.name = null;
    delete entities[1]!.parts;
  });
  const { data, errors } = await ask(spoil, '{ items { parts { name } } }', options);
  expect(data).toEqual({
    items: [{ parts: null }, { parts: null }, { parts: [{ name: 'a3' }, { name: 'b3' }] }],
  });
  expect(summary(errors).map((line) => line.split(' ')[0])).toContain('items.0.parts.1.name');
});
