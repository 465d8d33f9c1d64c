import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviationOfChance, probabilityGreater } from './mann-whitney.ts';
import { type MailingAuth, signUp, startMailingAuth } from './test-kit.ts';

/** How often each is asked. With 90 the test sees what shows in two of three comparisons, and chance is 1 in 70,000. */
const rounds = 90;
const deviations = 4.3;

let auth: MailingAuth;
let known: string[];
beforeAll(async () => {
  auth = await startMailingAuth();
  const { email } = await signUp(auth);
  const { passwordHash } = await auth.database.account.findUniqueOrThrow({ where: { email } });
  known = Array.from({ length: 2 * rounds }, (_, index) => `known-${index}@example.com`);
  await auth.database.account.createMany({
    data: known.map((address) => ({ id: randomUUID(), email: address, passwordHash, roles: [], scopes: [] })),
  });
});
afterAll(() => auth[Symbol.asyncDispose]());

let places = 0;

/** Asks from a place of its own, so that nothing is throttled, and gives how long that took, in milliseconds. */
async function timed(query: string, input: object): Promise<number> {
  places += 1;
  const clientAddress = `198.51.${Math.floor(places / 250)}.${places % 250}`;
  const caller = { viewer: null, requestId: 'test', clientAddress, userAgent: null };
  const begun = performance.now();
  const { errors } = await auth.subgraph.execute(
    { query, variables: { input } },
    { ...caller, clientApplicationId: null, traceparent: null },
  );
  const took = performance.now() - begun;
  expect(errors).toBeUndefined();
  return took;
}

/** Asks for known and unknown addresses in turns, whose order changes, so that what slows the machine slows both. */
async function compare(query: string, input: (email: string) => object, addresses: readonly string[]) {
  const [ofKnown, ofUnknown]: [number[], number[]] = [[], []];
  for (const [index, address] of addresses.entries()) {
    const askKnown = async () => ofKnown.push(await timed(query, input(address)));
    const askUnknown = async () =>
      ofUnknown.push(await timed(query, input(address.replace('known', 'other'))));
    const turns = index % 2 === 0 ? [askKnown, askUnknown] : [askUnknown, askKnown];
    for (const ask of turns) await ask();
  }
  return probabilityGreater(ofKnown, ofUnknown);
}

const chance = deviations * deviationOfChance(rounds, rounds);

test('the statistic sees a difference of a tenth that noise hides from the eye', () => {
  const noise = (index: number) => 50 + ((index * 7919) % 101) / 4;
  const sample = Array.from({ length: rounds }, (_, index) => noise(index));
  const other = Array.from({ length: rounds }, (_, index) => noise(index + 37));
  expect(Math.abs(probabilityGreater(sample, other) - 0.5)).toBeLessThan(chance);
  expect(
    probabilityGreater(
      sample.map((figure) => figure * 1.15),
      other,
    ) - 0.5,
  ).toBeGreaterThan(chance);
});

test('whether an address has an account, a log-in does not tell by its time', {
  timeout: 120_000,
}, async () => {
  const query =
    'mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { userErrors { code } } }';
  const input = (email: string) => ({ email, password: 'not the password at all' });
  await compare(query, input, ['known-warm@example.com']);
  expect(Math.abs((await compare(query, input, known.slice(0, rounds))) - 0.5)).toBeLessThan(chance);
});

test('nor does the wish for a new password', { timeout: 120_000 }, async () => {
  const query =
    'mutation($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { userErrors { code } } }';
  const input = (email: string) => ({ email });
  await compare(query, input, ['known-warm@example.com']);
  expect(Math.abs((await compare(query, input, known.slice(rounds))) - 0.5)).toBeLessThan(chance);
});
