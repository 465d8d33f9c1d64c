import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service';
import { expect, test } from 'vitest';
import { configuredSubgraphs } from './configured-subgraphs.ts';

test('subgraphs are where their variable says, else where supergraph.yaml routes to', () => {
  const found = configuredSubgraphs({ USERS_SUBGRAPH_URL: 'http://users:13011/graphql' });
  const sdl = readFileSync(join(repositoryRoot, 'subgraphs/users/schema.graphql'), 'utf8');
  expect(found).toContainEqual({
    name: 'users',
    url: 'http://users:13011/graphql',
    schemaHash: hash('sha256', sdl),
  });
  expect(found).toContainEqual({
    name: 'auth',
    url: 'http://127.0.0.1:13010/graphql',
    schemaHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('without the file there are none', () => {
  expect(configuredSubgraphs({}, '/nowhere')).toEqual([]);
});
