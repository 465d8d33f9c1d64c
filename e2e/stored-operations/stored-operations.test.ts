import { execFile } from 'node:child_process';
import { hash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { client, type Json, logIn } from '../kit/client.ts';

const main = fileURLToPath(new URL('../../apps/kronos/src/main.ts', import.meta.url));

async function post(body: Json, key?: string): Promise<Json> {
  const answer = await fetch(inject('kronosUrl'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'x-kronos-client-key': key }) },
    body: JSON.stringify(body),
  });
  return answer.json();
}

test('a client’s operations are published from its manifest; held to them, it can send nothing else', async () => {
  const administrator = await logIn(inject('kronosAdministrator'));
  const { quotaPolicies } = await administrator.data('{ quotaPolicies { id name } }');
  const { clientApplicationCreate } = await administrator.data(
    `mutation Create($input: ClientApplicationCreateInput!) {
      clientApplicationCreate(input: $input) { clientApplication { id } secret userErrors { code message field } }
    }`,
    {
      input: {
        name: `Shop ${randomUUID()}`,
        quotaPolicyId: quotaPolicies.find(({ name }: Json) => name === 'service').id,
        allowedOperations: 'SAFELIST_ONLY',
      },
    },
  );
  expect(clientApplicationCreate.userErrors).toEqual([]);
  const { secret, clientApplication } = clientApplicationCreate;

  const name = `Upcoming${randomUUID().replaceAll('-', '')}`;
  const body = `query ${name} { events(first: 1) { totalCount } }`;
  const id = hash('sha256', body);
  const folder = await mkdtemp(join(tmpdir(), 'kronos-manifest-'));
  const manifest = join(folder, 'persisted-query-manifest.json');
  await writeFile(
    manifest,
    JSON.stringify({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id, name, type: 'query', body }],
    }),
  );
  const kronos = async (...args: string[]) => {
    const all = [main, 'operations', ...args, '--url', inject('kronosUrl'), '--token', administrator.token!];
    return (await promisify(execFile)(process.execPath, all)).stdout;
  };
  expect(await kronos('publish', manifest, '--client', clientApplication.id)).toBe(
    '1 new, 0 known already, 0 refused\n',
  );
  expect(await kronos('publish', manifest, '--client', clientApplication.id)).toBe(
    '0 new, 1 known already, 0 refused\n',
  );
  await rm(folder, { recursive: true });

  const byHash = { documentId: `sha256:${id}` };
  await expect
    .poll(() => post(byHash, secret), { timeout: 1_000, interval: 20 })
    .toMatchObject({ data: { events: { totalCount: expect.any(Number) } } });
  expect(await post({ query: body }, secret)).toHaveProperty('data.events');
  expect(await post({ query: '{ __typename }' }, secret)).toMatchObject({
    errors: [{ extensions: { code: 'OPERATION_NOT_ALLOWED' } }],
  });
  expect(await post({ query: '{ __typename }' })).toHaveProperty('data.__typename');
});

test('a stream ends within a second when its client is held to its list, and is not on it', async () => {
  const administrator = await logIn(inject('kronosAdministrator'));
  const { clientApplicationCreate } = await administrator.data(
    `mutation Create($input: ClientApplicationCreateInput!) {
      clientApplicationCreate(input: $input) { clientApplication { id } secret userErrors { code message field } }
    }`,
    { input: { name: `Board ${randomUUID()}` } },
  );
  const { secret, clientApplication } = clientApplicationCreate;
  const query = 'subscription { eventCreated { event { id } } }';
  // Until the gateway has heard of the key.
  await expect
    .poll(() => post({ query: '{ __typename }' }, secret), { timeout: 1_000, interval: 20 })
    .toHaveProperty('data.__typename');
  const stream = await client(undefined, undefined, { 'x-kronos-client-key': secret }).listen(query);

  const begun = Date.now();
  await administrator.data(
    `mutation Hold($id: ID!) {
      clientApplicationUpdate(id: $id, input: { allowedOperations: SAFELIST_ONLY }) { userErrors { code } }
    }`,
    { id: clientApplication.id },
  );
  let last: Json;
  for await (const result of stream) last = result;
  expect(last.errors).toMatchObject([{ extensions: { code: 'OPERATION_NOT_ALLOWED' } }]);
  expect(Date.now() - begun).toBeLessThan(1_000);
});
