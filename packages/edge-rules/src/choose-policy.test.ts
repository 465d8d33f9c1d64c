import { expect, test } from 'vitest';
import { choosePolicy } from './choose-policy.ts';
import { defaultPolicies, defaultRules } from './default-rules.ts';

const rights = (roles: string[], scopes: string[] = []) => ({ roles, scopes: new Set(scopes) });

test.each([
  ['nobody', null, 'anonymous'],
  ['a person', rights(['user']), 'user'],
  ['a person with the premium plan', rights(['user', 'premium'], ['quota:premium']), 'premium'],
  ['an administrator', rights(['user', 'admin'], ['quota:premium']), 'admin'],
  ['a service', rights(['service']), 'service'],
])('%s has a policy of their own', (_who, viewer, name) => {
  expect(choosePolicy({ client: null, viewer }, defaultRules).name).toBe(name);
});

test('a client application has its own policy, whoever is logged in', () => {
  const client = { policyId: defaultPolicies.premium.id };
  expect(choosePolicy({ client, viewer: rights(['admin']) }, defaultRules).name).toBe('premium');
});

test('a client application whose policy is unknown has that of whoever is logged in', () => {
  const client = { policyId: '0193c8a5-0000-7000-8000-000000000000' };
  expect(choosePolicy({ client, viewer: rights(['user']) }, defaultRules).name).toBe('user');
});

test('the rules decide how much a policy gives, and the default where they are silent', () => {
  const policies = [{ ...defaultPolicies.user, pointsPerMinute: 1 }];
  expect(choosePolicy({ client: null, viewer: rights([]) }, { policies }).pointsPerMinute).toBe(1);
  expect(choosePolicy({ client: null, viewer: null }, { policies })).toBe(defaultPolicies.anonymous);
});
