import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { client, type Person, signUp } from '../../kit/client.ts';
import { createEvent, register } from '../../kit/graph.ts';
import { startGatewayBeside } from '../kit/gateway-beside.ts';
import { send } from '../kit/send.ts';
import { expectServing } from '../kit/sound.ts';
import { origin, parts } from '../kit/system.ts';
import { attempts, type FuzzAttempt } from './attempts.ts';
import { perform } from './perform.ts';

const wanted = Number(process.env.KRONOS_FUZZ_REQUESTS ?? 1_500);
const given = process.env.KRONOS_FUZZ_SEED ?? '20261130';
const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
/** Sent at the same time. */
const together = 32;

/** Starts meanwhile. */
const withQuotas = startGatewayBeside({ KRONOS_QUOTAS: 'true' });
afterAll(async () => (await withQuotas)[Symbol.asyncDispose]());

let schema: GraphQLSchema;
let people: Person[];
let ids: string[];

beforeAll(async () => {
  schema = buildClientSchema(await client().data(getIntrospectionQuery()));
  people = [await signUp('Ada'), await signUp('Eve')];
  const [ada, eve] = people as [Person, Person];
  const events = [await createEvent(ada, { capacity: 3 }), await createEvent(eve, { visibility: 'PRIVATE' })];
  const { registration } = await register(eve, events[0].id);
  ids = [...people, ...events, registration]
    .map(({ id }) => id)
    .concat('event_01m8mzpqn2es18sg2b6h4tzb9b', 'x');
});

/** The lines of a log that tell of something unexpected. */
const complaintsIn = (log: string) => log.split('\n').filter((line) => /"level":[56]0/.test(line));

/** Those of the system's logs, from an earlier size on. */
const logs = ['gateway.log', 'subgraphs.log'].map((name) => join(inject('kronosHome'), 'logs', name));
const sizes = () => logs.map((file) => statSync(file).size);
const complaints = (from: number[]) =>
  logs.flatMap((file, index) => complaintsIn(readFileSync(file).subarray(from[index]).toString()));

/** Enough of an attempt to repeat it by hand. */
function describeAttempt(attempt: FuzzAttempt): string {
  if ('bytes' in attempt)
    return `${attempt.kind} ${JSON.stringify(Buffer.from(attempt.bytes).toString('latin1'))}`;
  const { body, ...rest } = attempt;
  return JSON.stringify({ ...rest, body: body === undefined ? body : Buffer.from(body).toString() }, null, 2);
}

/** Sends generated attempts, and fails with the first whose answer is not sound. */
async function fuzz(count: number, at: string): Promise<void> {
  const started = performance.now();
  const tokens = people.map(({ token }) => token!);
  const batches = fc.array(attempts({ schema, ids, tokens }), { minLength: together, maxLength: together });
  const kinds = new Map<string, number>();

  const property = fc.asyncProperty(batches, async (batch) => {
    const faults = await Promise.all(batch.map((attempt) => perform(attempt, at)));
    for (const [index, fault] of faults.entries()) {
      const attempt = batch[index]!;
      kinds.set(attempt.kind, (kinds.get(attempt.kind) ?? 0) + 1);
      if (fault) throw new Error(`${fault}\nafter\n${describeAttempt(attempt)}`);
    }
  });
  const numRuns = Math.ceil(count / together);
  // What failed is said as it was sent: a batch would have to shrink attempt by attempt.
  await fc.assert(property, { seed, numRuns, endOnFailure: true });

  const seconds = (performance.now() - started) / 1_000;
  const sent = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
  console.info(`KRONOS_FUZZ_SEED=${seed}: ${sent} in ${seconds.toFixed(1)} s`);
}

test(`${wanted} generated requests are answered, none of them with our own failure`, async () => {
  const before = { parts: parts(), sizes: sizes() };
  await fuzz(wanted, origin);
  await expectServing();
  expect(parts()).toEqual(before.parts);
  expect(complaints(before.sizes)).toEqual([]);
});

// Apart, and fewer: with quotas most of those before would be refused before anything is done with them.
test('the same is true where callers have quotas, which is how Kronos starts', async () => {
  const before = { parts: parts(), sizes: sizes() };
  const gateway = await withQuotas;
  await fuzz(wanted / 10, gateway.origin);
  const { text } = await send({ url: `${gateway.origin}/metrics`, method: 'GET' });
  expect(text).toMatch(/^kronos_gateway_quota_points_total\{.*kind="taken"\} [1-9]/m);
  expect(parts()).toEqual(before.parts);
  expect(complaints(before.sizes)).toEqual([]);
  expect(complaintsIn(gateway.output)).toEqual([]);
});
