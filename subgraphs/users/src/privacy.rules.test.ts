import { testViewer } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { mayReadPrivate, mayWrite } from './privacy.rules.ts';

const viewer = (userId: string, ...scopes: string[]) => testViewer({ userId, scopes: new Set(scopes) });

test.each([
  ['nobody', null, false],
  ['oneself', viewer('ada'), true],
  ['a stranger', viewer('bob'), false],
  ['a stranger with a right of another kind', viewer('bob', 'users:write'), false],
  ['who may read all', viewer('bob', 'users:read'), true],
])('%s reads what is private: %o', (_, who, may) => {
  expect(mayReadPrivate(who, 'ada')).toBe(may);
});

test.each([
  ['nobody', null, false],
  ['oneself', viewer('ada'), true],
  ['a stranger', viewer('bob'), false],
  ['a stranger with a right of another kind', viewer('bob', 'users:read'), false],
  ['who may write all', viewer('bob', 'users:write'), true],
])('%s changes a profile: %o', (_, who, may) => {
  expect(mayWrite(who, 'ada')).toBe(may);
});
