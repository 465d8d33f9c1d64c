import type { RouteParameter } from '@kronos/edge-rules';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { sampleOperation, sampleRoute } from '../../testing/sample-rules.ts';
import { startTestGateway } from '../../testing/test-gateway.ts';
import { startTestRouter } from '../../testing/test-router.ts';
import { startShopGraph } from '../testing/shop-graph.ts';

const list = `query Items($first: Int = 5, $ids: [ID!], $kind: Kind!) {
  items(first: $first, ids: $ids, kind: $kind) {
    totalCount
    nodes { ...Shown ... on Named { title } name: title tags price @include(if: true) }
  }
}
fragment Shown on Item { id kind at }`;
const create = `mutation Create($input: ItemCreateInput!) {
  itemCreate(input: $input) { item { id } userErrors { code message field } }
}`;
const from = (
  source: RouteParameter['source'],
  name: string | null,
  variable = name ?? '',
): RouteParameter => ({
  variable,
  source,
  name,
});

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, unknown>; security: unknown }>>;
  components: { schemas: Record<string, unknown> };
}

async function describe(routes: ReturnType<typeof sampleRoute>[], documents = [list, create]) {
  await using graph = await startShopGraph();
  await using router = await startTestRouter({
    routes,
    operations: documents.map((text) => sampleOperation(text)),
  });
  await using gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_EDGE_RULES_URL: router.url });
  const document = await (await fetch(`${gateway.origin}/openapi.json`)).json();
  return { document: document as Description, origin: gateway.origin };
}

test('all routes are described, from the types of their operations', async () => {
  const { document, origin } = await describe([
    sampleRoute('GET', '/kinds/{kind}/items', list, {
      description: 'The items of a kind.',
      parameters: [from('PATH', 'kind'), from('QUERY', 'first'), from('QUERY', 'id', 'ids')],
      resultPath: 'items.nodes',
      requiredScopes: ['items:read'],
    }),
    sampleRoute('POST', '/items', create, {
      parameters: ['title', 'tags', 'at'].map((name) => from('BODY', name, `input.${name}`)),
      successStatus: 201,
      resultPath: 'itemCreate.item',
    }),
    sampleRoute('PUT', '/items', create, { parameters: [from('BODY', null, 'input')], successStatus: 204 }),
    sampleRoute('GET', '/off', list, { isEnabled: false }),
  ]);
  const { valid, errors } = await new Validator().validate({ ...document });
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: origin }] });
  expect(document.paths).toMatchObject({
    '/kinds/{kind}/items': {
      get: {
        operationId: 'Items',
        description: 'The items of a kind.',
        parameters: [
          { name: 'kind', in: 'path', required: true, schema: { $ref: '#/components/schemas/Kind' } },
          { name: 'first', in: 'query', required: false, schema: { type: 'integer', format: 'int32' } },
          { name: 'id', in: 'query', required: false, schema: { type: 'array', items: { type: 'string' } } },
        ],
        security: [{ accessToken: ['items:read'] }, { accessToken: ['items:read'], clientKey: [] }],
        responses: {
          200: {
            content: {
              'application/json': {
                schema: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: {
                      id: { type: 'string' },
                      kind: { $ref: '#/components/schemas/Kind' },
                      at: { anyOf: [{ $ref: '#/components/schemas/DateTime' }, { type: 'null' }] },
                      title: { type: 'string', description: 'What it is called.' },
                      name: { type: 'string' },
                      tags: { type: 'array', items: { type: 'string' } },
                      price: { type: ['number', 'null'] },
                    },
                    required: ['id', 'kind', 'at', 'title', 'name', 'tags'],
                  },
                },
              },
            },
          },
          401: { $ref: '#/components/responses/Error401' },
        },
      },
    },
    '/items': {
      post: {
        operationId: 'Create',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  title: { type: 'string', description: 'What it is called.' },
                  tags: { type: ['array', 'null'] },
                },
                required: ['title'],
              },
            },
          },
        },
        responses: { 201: { description: 'Done.' }, 409: {}, 415: {} },
      },
      put: {
        operationId: 'putItems',
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/ItemCreateInput' } } },
        },
      },
    },
  });
  expect(document.paths).not.toHaveProperty('/off');
  expect(document.paths['/items']!.put!.responses).toHaveProperty(['204'], { description: 'Done.' });
  expect(document.components.schemas).toMatchObject({
    Kind: { type: 'string', enum: ['BOOK', 'OTHER'] },
    DateTime: { type: 'string', format: 'date-time' },
    ItemCreateInput: { properties: { kind: { default: 'BOOK' } }, required: ['title'] },
    Error: { required: ['error'] },
  });
});

test('of whom an operation asks a login, its route says so', async () => {
  const secret = 'query Secret { secret { title } items { totalCount } }';
  const { document } = await describe(
    [
      sampleRoute('GET', '/secret', secret, { resultPath: 'secret' }),
      sampleRoute('GET', '/open', secret, { resultPath: 'items' }),
    ],
    [secret],
  );
  const known = [{ accessToken: [] }, { accessToken: [], clientKey: [] }];
  expect(document.paths['/secret']!.get!.security).toEqual(known);
  expect(document.paths['/open']!.get!.security).toEqual([{}, { clientKey: [] }, ...known]);
});

test('a gateway without routes says that there are none', async () => {
  const { document } = await describe([]);
  expect((await new Validator().validate({ ...document })).valid).toBe(true);
  expect(document.paths).toEqual({});
});
