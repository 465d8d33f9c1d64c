import { expect, test } from 'vitest';
import { prefixOf, prefixOfType } from './node.rules.ts';

test.each([
  ['User', 'user'],
  ['QuotaPolicy', 'quota_policy'],
  ['PersistedOperation', 'persisted_operation'],
  ['OAuthClient', 'oauth_client'],
  ['Level2Badge', 'level_badge'],
])('ids of %s begin with %s', (type, prefix) => {
  expect(prefixOfType(type)).toBe(prefix);
});

test.each([
  ['quota_policy_01jf0000000000000000000000', 'quota_policy'],
  ['user_1', 'user'],
  ['user', ''],
  ['_x', ''],
  ['', ''],
])('%j begins with %j', (id, prefix) => {
  expect(prefixOf(id)).toBe(prefix);
});
