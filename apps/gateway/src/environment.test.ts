import { expect, test } from 'vitest';
import { parseGatewayEnvironment } from './environment.ts';

test('nothing needs to be set', () => {
  const environment = parseGatewayEnvironment([], {});
  expect(environment).toMatchObject({
    KRONOS_PORT: 4000,
    isProduction: false,
    trustProxy: false,
    subgraphUrls: {},
  });
  expect(environment.KRONOS_SUPERGRAPH).toMatch(/supergraph\.graphql$/);
});

test('flags win over variables', () => {
  const variables = { KRONOS_PORT: '1', KRONOS_SUPERGRAPH: 'a.graphql' };
  const flags = ['--port', '2', '--supergraph', 'http://localhost/b'];
  expect(parseGatewayEnvironment(flags, variables)).toMatchObject({
    KRONOS_PORT: 2,
    KRONOS_SUPERGRAPH: 'http://localhost/b',
  });
});

test('all faults are told at once', () => {
  const faulty = { KRONOS_PORT: 'x', KRONOS_MAX_DEPTH: '0', KRONOS_JWKS_URL: 'ftp://keys' };
  expect(() => parseGatewayEnvironment([], faulty)).toThrow(
    /KRONOS_PORT.*KRONOS_JWKS_URL.*KRONOS_MAX_DEPTH/s,
  );
});

test('a variable per subgraph replaces its routing URL; databases and Redis are none', () => {
  const { subgraphUrls } = parseGatewayEnvironment([], {
    USERS_SUBGRAPH_URL: 'http://users:1/graphql',
    BIG_SHOP_SUBGRAPH_URL: 'http://shop:2/graphql',
    REDIS_URL: 'redis://redis:6379',
    USERS_DATABASE_URL: 'postgresql://db/users',
  });
  expect(subgraphUrls).toEqual({
    users: 'http://users:1/graphql',
    'big-shop': 'http://shop:2/graphql',
    big_shop: 'http://shop:2/graphql',
  });
});

test.each([
  ['true', true],
  ['false', false],
  ['10.0.0.0/8, 127.0.0.1', ['10.0.0.0/8', '127.0.0.1']],
])('KRONOS_TRUST_PROXY=%s', (value, expected) => {
  expect(parseGatewayEnvironment([], { KRONOS_TRUST_PROXY: value }).trustProxy).toEqual(expected);
});

test('origins: those of the seeds, Sandbox while developing, or exactly what is set', () => {
  const origins = (source: NodeJS.ProcessEnv) => parseGatewayEnvironment([], source).corsOrigins;
  expect(origins({})).toContain('https://studio.apollographql.com');
  expect(origins({ NODE_ENV: 'production' })).toEqual(
    [13008, 13009, 3000, 3001].map((port) => `http://localhost:${port}`),
  );
  expect(origins({ KRONOS_CORS_ORIGINS: 'https://a.example, https://b.example' })).toEqual([
    'https://a.example',
    'https://b.example',
  ]);
});
