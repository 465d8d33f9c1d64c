import { type AccessPolicy, defaultRules } from '@kronos/edge-rules';
import type { PlannedSubscription } from '@kronos/engine';
import { expect, test, vi } from 'vitest';
import { ownContext } from '../context.ts';
import { prepareRules } from '../rules/prepare-rules.ts';
import { anonymous, type Viewer } from './caller.ts';
import { createAccessPolicies, type PolicyCaller } from './policies.ts';
import { createPolicyWatch } from './watch-policies.ts';

/** Rules that a test replaces, as the router does. */
function heldRules(accessPolicies: AccessPolicy[]) {
  const listeners = new Set<() => void>();
  const prepare = (policies: AccessPolicy[]) =>
    prepareRules({ ...defaultRules, accessPolicies: policies }, 'router');
  const rules = {
    current: prepare(accessPolicies),
    onChanged(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(policies: AccessPolicy[]) {
      rules.current = prepare(policies);
      for (const listener of listeners) listener();
    },
  };
  return rules;
}

const policy = (name: string, rights: Partial<AccessPolicy>): AccessPolicy => ({
  name,
  roles: [],
  scopes: [],
  clientIds: [],
  ...rights,
});

function caller(rights?: { roles?: string[]; scopes?: string[] }, clientId?: string): PolicyCaller {
  const viewer = {
    userId: 'user_1',
    isService: false,
    clientId: null,
    sessionId: null,
    tokenExp: 9e9,
    authTime: null,
    amr: [],
    hasSecondFactor: false,
  };
  const { roles = [], scopes = [] } = rights ?? {};
  return {
    caller: rights
      ? { key: 'key', viewer: { ...viewer, roles, scopes: new Set(scopes) } satisfies Viewer }
      : anonymous,
    client: clientId ? ({ id: clientId } as PolicyCaller['client']) : null,
  };
}

test.each<[string, PolicyCaller, boolean]>([
  ['nobody', caller(), false],
  ['a viewer without rights', caller({}), false],
  ['one of the roles', caller({ roles: ['user', 'accountant'] }), true],
  ['one of the scopes', caller({ scopes: ['ledger:read'] }), false],
  ['all of the scopes', caller({ scopes: ['ledger:read', 'ledger:write'] }), true],
  ['one of the clients, with nobody logged in', caller(undefined, 'client-1'), true],
  ['another client', caller({}, 'client-2'), false],
])('%s: %j', (_who, asker, isGranted) => {
  const rules = heldRules([
    policy('billing', {
      roles: ['owner', 'accountant'],
      scopes: ['ledger:read', 'ledger:write'],
      clientIds: ['client-1'],
    }),
  ]);
  expect(createAccessPolicies(rules, {}).grants('billing', asker)).toBe(isGranted);
});

test('policies without scopes are not met by everybody, and unknown ones by nobody', () => {
  const policies = createAccessPolicies(heldRules([policy('none', {})]), {});
  expect(policies.grants('none', caller({ scopes: ['any'] }))).toBe(false);
  expect(policies.grants('unknown', caller({ roles: ['admin'] }))).toBe(false);
});

test('the configuration has policies of its own; the router is asked first, and may change its mind', () => {
  const rules = heldRules([policy('both', { roles: ['router'] })]);
  const own = { roles: ['configured'], scopes: [] };
  const policies = createAccessPolicies(rules, { own, both: own });
  expect(policies.grants('own', caller({ roles: ['configured'] }))).toBe(true);
  expect(policies.grants('both', caller({ roles: ['configured'] }))).toBe(false);
  expect(policies.grants('both', caller({ roles: ['router'] }))).toBe(true);
  rules.change([]);
  expect(policies.grants('both', caller({ roles: ['configured'] }))).toBe(true);
});

test('a subscriber whose rights a policy changes is sent away once; others stay', () => {
  const rules = heldRules([policy('open', { roles: ['user'] })]);
  const policies = createAccessPolicies(rules, {});
  const watch = createPolicyWatch(policies, () => ({
    graph: undefined as never,
    depth: 1,
    cost: undefined as never,
    access: {
      hasPolicies: true,
      decide: (asker) =>
        policies.grants('open', asker) ? undefined : { withheld: { key: '1', fields: [1], errors: [] } },
    },
  }));
  const planned = { state: {}, operation: {}, withheld: undefined } as unknown as PlannedSubscription;
  const [user, guest] = [caller({ roles: ['user'] }), caller({ roles: ['guest'] })];
  const lost = { user: vi.fn(), guest: vi.fn(), gone: vi.fn() };
  watch.watch(planned, { ...ownContext(user.caller) }, lost.user);
  const narrow = { ...planned, withheld: { key: '1', fields: [1], errors: [] } };
  watch.watch(narrow, { ...ownContext(guest.caller) }, lost.guest);
  watch.watch(planned, { ...ownContext(user.caller) }, lost.gone)();

  rules.change([policy('open', { roles: ['user', 'other'] })]);
  expect(lost.user).not.toHaveBeenCalled();
  rules.change([]);
  rules.change([]);
  expect(lost.user).toHaveBeenCalledOnce();
  expect(lost.user.mock.calls[0]![0].extensions.code).toBe('UNAUTHENTICATED');
  expect(lost.guest).not.toHaveBeenCalled();
  expect(lost.gone).not.toHaveBeenCalled();
});
