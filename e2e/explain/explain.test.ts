import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { client, type Json, logIn, signUp } from '../kit/client.ts';
import { startFurtherGateway } from '../kit/further-gateway.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

/** Of two subgraphs, with a field that is for administrators. */
const operation = '{ events(first: 3) { nodes { title } } subgraphs { name url } }';
const explain =
  'query($d: String!) { operationExplain(document: $d) { cost depth subgraphs { name } requiredScopes } }';

test('what an operation costs and needs is told before it is run, and is so when it is', async () => {
  const ada = await signUp('Ada');
  const { operationExplain } = await ada.data(explain, { d: operation });
  expect(operationExplain).toEqual({
    cost: expect.any(Number),
    depth: 3,
    subgraphs: [{ name: 'events' }, { name: 'router' }],
    requiredScopes: ['router:read'],
  });
  const denials = await ada.data(
    'query($d: String!) { operationExplain(document: $d) { deniedFields { path coordinate code requiredScopes } } }',
    { d: operation },
  );
  expect(denials.operationExplain.deniedFields).toEqual([
    {
      path: 'subgraphs.@.url',
      coordinate: 'Subgraph.url',
      code: 'FORBIDDEN',
      requiredScopes: [['router:read']],
    },
  ]);

  const { data, errors, extensions } = await ada.query(operation);
  expect(extensions?.cost.estimated).toBe(operationExplain.cost);
  expect(errors).toMatchObject([{ path: ['subgraphs', '@', 'url'], extensions: { code: 'FORBIDDEN' } }]);
  expect(data.subgraphs).toContainEqual({ name: 'users', url: null });

  const toStranger = await client().query(explain, { d: operation });
  expect(toStranger.data).toBeNull();
  expect(toStranger.errors).toMatchObject([
    { path: ['operationExplain'], extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test('rateLimit says what the headers of its own answer say', async () => {
  await using gateway = await startFurtherGateway(inject('kronosPid'), { KRONOS_QUOTAS: 'true' });
  const { name, key } = await createSlowClient();
  const ask = async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-kronos-client-key': key },
      body: JSON.stringify({ query: '{ rateLimit { policy limit remaining used resetAt } }' }),
    });
    const { data } = (await response.json()) as Json;
    return { status: response.status, headers: response.headers, rateLimit: data?.rateLimit };
  };
  // Until the gateway has heard of the key.
  await waitUntil(async () => (await ask()).status === 200);

  const { headers, rateLimit } = await ask();
  const figure = (header: string) => Number(headers.get(`ratelimit-${header}`));
  expect(rateLimit).toMatchObject({
    policy: name,
    limit: String(figure('limit')),
    remaining: String(figure('remaining')),
    used: String(figure('limit') - figure('remaining')),
  });
  expect(figure('limit')).toBe(100);
  expect(figure('remaining')).toBeLessThan(100);
  const resetSeconds = (Date.parse(rateLimit.resetAt) - Date.now()) / 1_000;
  expect(Math.abs(resetSeconds - figure('reset'))).toBeLessThan(2);
});

/** A client application whose points do not come back while one looks. */
async function createSlowClient(): Promise<{ name: string; key: string }> {
  const administrator = await logIn(inject('kronosAdministrator'));
  const name = `slow-${randomUUID().slice(0, 8)}`;
  const { quotaPolicyCreate } = await administrator.data(
    `mutation Policy($input: QuotaPolicyCreateInput!) {
      quotaPolicyCreate(input: $input) { quotaPolicy { id } userErrors { message } }
    }`,
    { input: { name, burst: 100, pointsPerMinute: 1 } },
  );
  const { clientApplicationCreate } = await administrator.data(
    `mutation Client($input: ClientApplicationCreateInput!) {
      clientApplicationCreate(input: $input) { secret userErrors { message } }
    }`,
    { input: { name, quotaPolicyId: quotaPolicyCreate.quotaPolicy.id } },
  );
  return { name, key: clientApplicationCreate.secret };
}
