import { expect, test } from 'vitest';
import type { Viewer } from './caller.ts';
import { requireRecentLogin } from './recent-login.ts';
import { testViewer } from './testing/index.ts';

const now = new Date('2027-01-15T18:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const viewer = (changes: Partial<Viewer>) => testViewer({ authenticatedAt: now, ...changes });

function faultsOf(caller: Viewer | null): unknown {
  try {
    requireRecentLogin(caller, now);
    return [];
  } catch (error) {
    return (error as { faults: unknown }).faults;
  }
}

const refused = (secondFactor: boolean) => [
  {
    code: 'STEP_UP_REQUIRED',
    message: expect.stringContaining('sessionStepUp'),
    details: { mutation: 'sessionStepUp', maxAgeSeconds: 900, secondFactor },
  },
];

test.each([
  ['just now', viewer({})],
  ['fifteen minutes ago', viewer({ authenticatedAt: minutesAgo(15) })],
  ['by two factors', viewer({ amr: ['pwd', 'otp', 'mfa'], hasSecondFactor: true })],
])('who has logged in %s goes on', (_how, caller) => {
  expect(faultsOf(caller)).toEqual([]);
});

test.each([
  ['a login of sixteen minutes ago', viewer({ authenticatedAt: minutesAgo(16) }), false],
  ['a caller that is no person', viewer({ authenticatedAt: null, amr: [] }), false],
  ['a stranger', null, false],
  ['a password alone where there is a second factor', viewer({ hasSecondFactor: true }), true],
])('%s is not enough', (_what, caller, secondFactor) => {
  expect(faultsOf(caller)).toEqual(refused(secondFactor));
});

test('what comes through an OAuth client is refused, however recent the login', () => {
  expect(() => requireRecentLogin(viewer({ clientId: 'client' }), now)).toThrow(/in your name/);
});
