import { type ExecutionResult, GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type BothWays, startBothWays } from '../testing/both-ways.ts';
import { stock } from '../testing/catalog-and-stock.ts';
import type { LocalSubgraph } from './local-subgraph.ts';

const logger = { debug() {}, info() {}, warn() {}, error: vi.fn() };
let graph: BothWays;

beforeAll(async () => {
  graph = await startBothWays(logger);
});
afterAll(() => graph[Symbol.asyncDispose]());

/** The right answer, with something changed. */
const change =
  (edit: (result: { data: { _entities?: unknown[] } }) => unknown): LocalSubgraph =>
  async (operation, context) => {
    const result = JSON.parse(JSON.stringify(await stock(operation, context)));
    return (edit(result) ?? result) as ExecutionResult;
  };

const misbehaviours: [string, LocalSubgraph, string][] = [
  [
    'throws',
    () => {
      throw new Error('password is hunter2');
    },
    'SERVICE_UNAVAILABLE',
  ],
  ['rejects', () => Promise.reject(new Error('password is hunter2')), 'SERVICE_UNAVAILABLE'],
  ['rejects with nothing', () => Promise.reject(), 'SERVICE_UNAVAILABLE'],
  [
    'rejects with what looks like a lost connection',
    () => Promise.reject(Object.assign(new Error(), { code: 'ECONNRESET' })),
    'SERVICE_UNAVAILABLE',
  ],
  [
    'throws an error with a code',
    () => {
      throw new GraphQLError('you?', { extensions: { code: 'UNAUTHENTICATED', details: { a: [1] } } });
    },
    'UNAUTHENTICATED',
  ],
  [
    'gives what JSON cannot hold',
    change(() => ({ data: { _entities: 1n, strictTotal: 1n } })),
    'SERVICE_UNAVAILABLE',
  ],
  [
    'gives errors that JSON cannot hold',
    change(() => ({ data: null, errors: [{ message: 'no', extensions: { code: 1n } }] })),
    'SERVICE_UNAVAILABLE',
  ],
  ['gives undefined', () => undefined as never, 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives neither data nor errors', () => ({}), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives data null and no error', () => ({ data: null, errors: [] }), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives a list', () => ({ data: [] }), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives a text', () => ({ data: 'x' }), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives an error that is null', () => ({ errors: [null] }), 'DOWNSTREAM_SERVICE_ERROR'],
  ['gives an error alone', () => ({ errors: [new GraphQLError('no')] }), 'DOWNSTREAM_SERVICE_ERROR'],
  ['never answers', () => new Promise(() => undefined), 'GATEWAY_TIMEOUT'],
];

const spoiltEntities: [string, LocalSubgraph, string][] = [
  ['forgets the entities', change(() => ({ data: {} })), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives too few entities', change(({ data }) => void data._entities?.pop()), 'SUBGRAPH_RESPONSE_INVALID'],
  [
    'gives texts for entities',
    change(() => ({ data: { _entities: ['x', 'y', 'z'] } })),
    'SUBGRAPH_RESPONSE_INVALID',
  ],
];

/** Only who never answers has a limit: whether others keep one would depend on the machine. */
const trafficOf = (code: string) => ({
  retries: 0,
  ...(code === 'GATEWAY_TIMEOUT' && { subgraphs: { stock: { timeoutMs: 200 } } }),
});

describe('a subgraph that misbehaves costs the same fields, for the same reason, as it does over HTTP', () => {
  test.each([...misbehaviours, ...spoiltEntities])('it %s', async (_, misbehaviour, code) => {
    graph.behave(misbehaviour);
    const { remote, local } = await graph.askBoth('{ items { id price owner { name } } plain }', {
      traffic: trafficOf(code),
    });
    expect(local).toEqual(remote);
    expect(local.data?.plain).toBe('plain');
    expect(local.errors?.map(({ extensions }) => extensions?.code)).toContain(code);
    expect(JSON.stringify(local)).not.toContain('hunter2');
  });

  test.each(misbehaviours)('from its root: it %s', async (_, misbehaviour, code) => {
    graph.behave(misbehaviour);
    const { remote, local } = await graph.askBoth('{ strictTotal plain }', { traffic: trafficOf(code) });
    expect(local).toEqual(remote);
    expect(local.data).toBeNull();
  });

  test('and is logged, since nobody else will', async () => {
    logger.error.mockClear();
    graph.behave(misbehaviours[0]![1]);
    await using local = await graph.startLocally();
    await local.ask('{ total }');
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/stock failed: .*hunter2/));
  });
});
