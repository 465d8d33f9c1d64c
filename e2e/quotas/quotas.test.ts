import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, type Json, logIn } from '../kit/client.ts';
import { type FurtherGateway, startFurtherGateway } from '../kit/further-gateway.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

/** A client application with a policy of its own, before three gateways on one Redis. */
const burst = 400;

let kronos: Kronos;
let administrator: Client;
let policyId: string;
let application: { id: string; key: string };
let further: FurtherGateway[] = [];
let urls: string[];

interface Answer {
  status: number;
  limit: number;
  left: number;
  retryAfter: number;
  errors: Json;
}

let asked = 0;

/** One operation of the application. */
async function ask(url: string): Promise<Answer> {
  const { status, headers, ...response } = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-kronos-client-key': application.key },
    // As different as they are, none is answered with another's answer.
    body: JSON.stringify({ query: '{ health { status } }', extensions: { number: asked++ } }),
  }).then(async (answer) => ({ status: answer.status, headers: answer.headers, body: await answer.json() }));
  const { errors } = response.body as Json;
  const figure = (name: string) => Number(headers.get(name));
  return {
    status,
    limit: figure('ratelimit-limit'),
    left: figure('ratelimit-remaining'),
    retryAfter: figure('retry-after'),
    errors,
  };
}

async function changePolicy(input: Json): Promise<void> {
  const { quotaPolicyUpdate } = await administrator.data(
    `mutation Change($id: ID!, $input: QuotaPolicyUpdateInput!) {
      quotaPolicyUpdate(id: $id, input: $input) { quotaPolicy { id } userErrors { message } }
    }`,
    { id: policyId, input },
  );
  expect(quotaPolicyUpdate.userErrors).toEqual([]);
}

beforeAll(async () => {
  kronos = await startKronos();
  administrator = await logIn(kronos.administrator, kronos.url);
  further = await Promise.all([1, 2].map(() => startFurtherGateway(kronos.process.pid!)));
  urls = [kronos.url, ...further.map(({ url }) => url)];
  const name = `e2e-${randomUUID().slice(0, 8)}`;
  // What comes back in a minute is less than what is compared here.
  const { quotaPolicyCreate } = await administrator.data(
    `mutation Policy($input: QuotaPolicyCreateInput!) {
      quotaPolicyCreate(input: $input) { quotaPolicy { id } userErrors { message } }
    }`,
    { input: { name, burst, pointsPerMinute: 1, maxDepth: 10, maxCost: burst } },
  );
  expect(quotaPolicyCreate.userErrors).toEqual([]);
  policyId = quotaPolicyCreate.quotaPolicy.id;
  const { clientApplicationCreate } = await administrator.data(
    `mutation Client($input: ClientApplicationCreateInput!) {
      clientApplicationCreate(input: $input) { clientApplication { id } secret userErrors { message } }
    }`,
    { input: { name, quotaPolicyId: policyId } },
  );
  expect(clientApplicationCreate.userErrors).toEqual([]);
  application = { id: clientApplicationCreate.clientApplication.id, key: clientApplicationCreate.secret };
  // Until each has heard of the key.
  for (const url of urls) await waitUntil(async () => (await ask(url)).status === 200);
});
afterAll(async () => {
  await Promise.all(further.map((gateway) => gateway[Symbol.asyncDispose]()));
  await kronos?.[Symbol.asyncDispose]();
});

test('three gateways and many clients at once are allowed what the policy says, to the point', async () => {
  const before = await ask(urls[0]!);
  const { left } = await ask(urls[0]!);
  const cost = before.left - left;
  const answers: Answer[] = [];
  await Promise.all(
    Array.from({ length: 30 }, async (_, client) => {
      for (let count = 0; count < 20; count++) answers.push(await ask(urls[(client + count) % 3]!));
    }),
  );
  const allowed = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  expect(allowed.length + refused.length).toBe(600);
  expect(allowed).toHaveLength(Math.floor(left / cost));
  for (const { left: then, errors, retryAfter } of refused) {
    expect(then).toBeLessThan(cost);
    expect(retryAfter).toBeGreaterThan(0);
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', details: { limit: burst } } }]);
  }
});

test('another policy holds on all gateways within a second', async () => {
  expect((await ask(urls[0]!)).status).toBe(429);
  await changePolicy({ burst: 2 * burst });
  const changed = Date.now();
  await Promise.all(urls.map((url) => waitUntil(async () => (await ask(url)).limit === 2 * burst)));
  expect(Date.now() - changed).toBeLessThan(1_000);
  for (const url of urls) expect((await ask(url)).status).toBe(200);
});

test('what the application has used can be read', async () => {
  const usage = async (): Promise<Json> => {
    const { clientApplication } = await administrator.data(
      'query Usage($id: ID!) { clientApplication(id: $id) { usage { points requests throttled } } }',
      { id: application.id },
    );
    return clientApplication.usage;
  };
  const { left, limit } = await ask(urls[0]!);
  // Each request but those before the key was known; a point or two have come back since.
  await waitUntil(async () => Number((await usage()).points) >= limit - left);
  const { points, requests, throttled } = await usage();
  expect(Number(points) - (limit - left)).toBeLessThan(5);
  expect(Number(requests)).toBeLessThanOrEqual(asked);
  expect(Number(requests)).toBeGreaterThan(600);
  expect(Number(throttled)).toBeGreaterThan(0);
});
