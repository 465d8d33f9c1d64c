import { expect, test } from 'vitest';
import { reactionTo } from './watch.ts';

test.each([
  ['subgraphs', 'users/src/user.ts', { restart: ['subgraphs'], isSchema: false }],
  ['subgraphs', 'users/schema.graphql', { restart: ['subgraphs'], isSchema: true }],
  ['apps/gateway', 'src/main.ts', { restart: ['gateway'], isSchema: false }],
  ['packages/service', 'src/app.ts', { restart: ['subgraphs', 'gateway'], isSchema: false }],
  ['subgraphs', 'users/src/user.test.ts', null],
  ['subgraphs', 'users/src/__generated__/types.ts', null],
  ['subgraphs', 'users/README.md', null],
])('a change of %s/%s asks for %o', (folder, file, reaction) => {
  expect(reactionTo(folder, file)).toEqual(reaction);
});
